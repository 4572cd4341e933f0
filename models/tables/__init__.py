"""SQLModel rows, one file a table. They declare the schema; the engine itself speaks SQL."""

from models.tables.absence import Absence
from models.tables.access_token import AccessToken
from models.tables.account import Account
from models.tables.act_link import ActLink
from models.tables.admin_record import AdminRecord
from models.tables.alert import Alert
from models.tables.answer_gram import AnswerGram
from models.tables.audit_drift import AuditDrift
from models.tables.audit_state import AuditState
from models.tables.bulletin import Bulletin
from models.tables.calendar import CalendarRow
from models.tables.calendar_day import CalendarDay
from models.tables.calendar_year import CalendarYear
from models.tables.channel import Channel
from models.tables.crew_link import CrewLinkRow
from models.tables.dead import Dead
from models.tables.dead_action import DeadAction
from models.tables.delivery import Delivery
from models.tables.delivery_step import DeliveryStep
from models.tables.direct_message import DirectMessage
from models.tables.discarded_picture import DiscardedPicture
from models.tables.endpoint import EndpointRow
from models.tables.event import EventRow
from models.tables.figure_case import FigureCase
from models.tables.figure_read import FigureRead
from models.tables.firing import Firing
from models.tables.follower import Follower
from models.tables.heartbeat import Heartbeat
from models.tables.idempotency import Idempotency
from models.tables.log_checkpoint import LogCheckpoint
from models.tables.log_node import LogNode
from models.tables.log_pending import LogPending
from models.tables.log_run import LogRun
from models.tables.log_state import LogState
from models.tables.member import Member
from models.tables.notice import Notice
from models.tables.one_time_code import OneTimeCode
from models.tables.outbox import Outbox
from models.tables.outside_identity import OutsideIdentity
from models.tables.party import PartyRow
from models.tables.phone import PhoneRow
from models.tables.photo import PhotoRow
from models.tables.playbook import PlaybookRow
from models.tables.private_row import PrivateRow
from models.tables.recovery_code import RecoveryCode
from models.tables.roster import Roster
from models.tables.routing import Routing
from models.tables.sign_in import SignIn
from models.tables.site import Site
from models.tables.site_before import SiteBefore
from models.tables.space import SpaceRow
from models.tables.standing import Standing
from models.tables.stream import Stream
from models.tables.subscription import Subscription
from models.tables.timer import TimerRow
from models.tables.tracking_code import TrackingCode
from models.tables.tries import Tries
from models.tables.weekly_report import WeeklyReport

__all__ = [
    "Absence",
    "AccessToken",
    "Account",
    "ActLink",
    "AdminRecord",
    "Alert",
    "AnswerGram",
    "AuditDrift",
    "AuditState",
    "Bulletin",
    "CalendarDay",
    "CalendarRow",
    "CalendarYear",
    "Channel",
    "CrewLinkRow",
    "Dead",
    "DeadAction",
    "Delivery",
    "DeliveryStep",
    "DirectMessage",
    "DiscardedPicture",
    "EndpointRow",
    "EventRow",
    "FigureCase",
    "FigureRead",
    "Firing",
    "Follower",
    "Heartbeat",
    "Idempotency",
    "LogCheckpoint",
    "LogNode",
    "LogPending",
    "LogRun",
    "LogState",
    "Member",
    "Notice",
    "OneTimeCode",
    "Outbox",
    "OutsideIdentity",
    "PartyRow",
    "PhoneRow",
    "PhotoRow",
    "PlaybookRow",
    "PrivateRow",
    "RecoveryCode",
    "Roster",
    "Routing",
    "SignIn",
    "Site",
    "SiteBefore",
    "SpaceRow",
    "Standing",
    "Stream",
    "Subscription",
    "TimerRow",
    "TrackingCode",
    "Tries",
    "WeeklyReport",
]
