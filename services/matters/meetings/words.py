"""The words of meetings and of who pays, in both languages."""

from collections.abc import Mapping

from services.matters.acceptances.words import WARRANTY
from services.views.language import Language, Words, say

REASON: Mapping[str, Words] = {
    "unclear_owner": ("责任不清", "Unclear who is responsible"),
    "unclear_payer": ("费用不清", "Unclear who pays"),
    "two_returns": ("已退单两次", "Returned twice"),
    "other": ("其他原因", "Another reason"),
}
STATUS: Mapping[str, Words] = {
    "called": ("待商定", "To be settled"),
    "minutes": ("待签署", "To be signed"),
    "signed": ("已签署生效", "Signed, in force"),
    "ruled": ("已裁定", "Ruled"),
    "cancelled": ("已取消", "Called off"),
}
DOES: Mapping[str, Words] = {
    "lead": ("主办", "Leads"),
    "support": ("协办", "Supports"),
    "make_safe": ("控险", "Makes it safe"),
    "withdraw": ("撤回", "Is taken off"),
}
GROUND: Mapping[str, Words] = {
    "rework": ("施工返工", "Contractor's rework"),
    "warranty": ("保修", "Warranty"),
    "utility": ("供应单位一侧", "The utility's side"),
    "damage": ("人为损坏", "Damage by a person"),
    "shared": ("公共部位", "Shared parts"),
    "upkeep": ("日常养护", "Daily upkeep"),
    "old_defect": ("老房旧病", "Old defect of the building"),
    "agreed": ("协调纪要商定", "Agreed in minutes"),
}
CIRCUMSTANCE: Mapping[str, Words] = {
    "utility_side": ("表前（供应单位一侧）", "Before the meter, the utility's side"),
    "shared_part": ("公共部位，已过保修", "A shared part, out of warranty"),
    "upkeep": ("日常养护", "Daily upkeep"),
}
_WHY: Mapping[str, Words] = {
    "failed_acceptance": (
        "验收没有通过的项目，由施工方返工",
        "It failed acceptance: the contractor reworks it",
    ),
    "origin_construction": ("成因是施工，由施工方返工", "It comes from the works: the contractor reworks it"),
    "not_works": ("成因不是施工", "It does not come from the works"),
    "covered": ("在“{what}”保修期内，至 {until}", "Within the warranty for {what}, until {until}"),
    "warranty_over": ("“{what}”保修期已于 {until} 届满", "The warranty for {what} ended on {until}"),
    "origin_warranty": (
        "成因登记为保修；尚未见竣工验收合格日期，请核对",
        "Recorded as warranty; no completion date is entered, check it",
    ),
    "not_of_the_works": (
        "不属保修：旧有缺陷或人为损坏",
        "No warranty: it was there before, or a person did it",
    ),
    "no_certificate": ("没有查到覆盖它的保修项目", "No warranty item covers it"),
    "utility_side": ("在表前，属供应单位", "Before the meter: the utility's"),
    "not_said_utility": ("没有人说它在表前", "Nobody says that it lies before the meter"),
    "origin_misuse": ("成因是人为损坏", "A person damaged it"),
    "not_misuse": ("不是人为损坏", "No person damaged it"),
    "shared_part": (
        "公共部位且已过保修，用维修资金（紧急程序外须业主表决）",
        "A shared part out of warranty: the maintenance fund (owners vote, but in an emergency)",
    ),
    "not_said_shared": ("没有人说它是公共部位", "Nobody says that it is a shared part"),
    "upkeep": ("属日常养护，由物业负责", "Daily upkeep: the property company's"),
    "not_said_upkeep": ("没有人说它属日常养护", "Nobody says that it is daily upkeep"),
    "origin_old": (
        "服务站自有房屋的旧有缺陷，由产权单位负责",
        "An old defect of the station's own building: its owner's",
    ),
    "origin_open": (
        "成因待查，费用待定，工作照常进行",
        "The origin is open: so is who pays, and the work goes on",
    ),
}


def told_why(why: str, values: Mapping[str, str], language: Language) -> str:
    """Why a line of the rule holds or does not."""
    what = {"what": say(WARRANTY[values["what"]], language)} if values.get("what") in WARRANTY else {}
    return say(_WHY[why], language).format(**{**values, **what})
