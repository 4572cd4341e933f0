"""Wording claimed deliveries: many in one transaction, one by one where that fails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services import links
from services.execute import Shop
from services.notify.bulletins import is_bulletin, word_bulletin
from services.notify.channels import RECORDER, Message
from services.notify.facts import Draft, Reader, read_drafts
from services.notify.weekly import is_weekly, word_weekly
from services.notify.wording import Brief, Facts, Text, To, brief, word
from services.store.claims import Claim, Scope
from services.store.contexts import SiteClock, Sql
from services.store.transactions import now_of


@dataclass(frozen=True, slots=True)
class Words:
    """What wording needs beside the rows."""

    shop: Shop
    scope: Scope
    url: str

    def of(self, sql: Sql, taken: Claim) -> list[Message]:
        """The messages of the claimed deliveries whose lease still stands."""
        reader = Reader(sql, self.shop.contexts, self.scope.now or now_of(sql))
        drafts = read_drafts(sql, taken)
        keys = {one.key for one in drafts}
        sites = reader.sites(keys)
        facts = reader.facts(keys, sites)
        drafts = self._with_links(sql, drafts)
        return [
            self._bulletin(sql, one, sites[one.key.site_id])
            if is_bulletin(one)
            else self._notice(one, facts[one.key], sites[one.key.site_id])
            for one in drafts
        ]

    def _with_links(self, sql: Sql, drafts: Sequence[Draft]) -> list[Draft]:
        wanted = [links.Wanted(one.id, one.key, one.party, one.member) for one in drafts]
        acting = links.mint(sql, self.url, wanted, self.scope.now)
        return [replace(one, link=acting.get(one.id)) for one in drafts]

    def _notice(self, draft: Draft, facts: Facts, site: SiteClock) -> Message:
        to = To(draft.party, draft.language, draft.told_at, draft.link, stands_in=draft.stands_in)
        in_short = brief(facts, draft.why, to)
        return self._message(draft, site, word(facts, draft.why, to, self.url), in_short)

    def _bulletin(self, sql: Sql, draft: Draft, site: SiteClock) -> Message:
        """No template of a text message holds one: there it is refused, and takes the next way."""
        if is_weekly(draft):
            return self._message(draft, site, word_weekly(sql, draft, site, self.url), None)
        zone = self.shop.contexts.of(sql, site).site.zone
        return self._message(draft, site, word_bulletin(sql, draft, site, zone), None)

    def _message(self, draft: Draft, site: SiteClock, text: Text, in_short: Brief | None) -> Message:
        # A clock that somebody sets must never ring a real phone, whatever the delivery was made for.
        kind = draft.kind if site.clock == "live" else RECORDER
        return Message(
            delivery_id=draft.id,
            site_id=draft.key.site_id,
            stream_id=draft.key.stream_id,
            party=draft.party,
            member=draft.member,
            kind=kind,
            address=_address(draft, kind),
            language=draft.language,
            why=draft.why,
            title=text.title,
            body=text.body,
            at=self.scope.now,
            channel_id=draft.channel_id,
            brief=in_short,
        )


def _address(draft: Draft, kind: str) -> str:
    """The recorder writes its address down; another service's may be personal or a secret."""
    if draft.channel is None:
        return ""
    own, address = draft.channel
    return address if own == kind else own
