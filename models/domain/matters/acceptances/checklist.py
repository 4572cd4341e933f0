"""The checklist as shipped: what is looked at in a room, by the category that its rework is sent out under.

Every acceptance copies what it takes of it into its own record, and may add lines of its own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One line; `category` is the playbook's, under which a failed item is reworked."""

    code: str
    category: str
    name: str
    name_en: str


CHECKS: tuple[Check, ...] = (
    Check("dry", "leak", "顶面、墙角、窗边干燥，没有水印", "Ceiling, corners and windows are dry"),
    Check("drains", "leak", "地漏、水管不漏，排水通畅", "Drains and pipes are tight and run freely"),
    Check("no-mould", "mould", "墙面没有霉点、起皮、开裂", "Walls are free of mould, peeling and cracks"),
    Check(
        "floor", "mould", "地面平整、不滑，没有翘边", "The floor is even, not slippery, without loose edges"
    ),
    Check("doors", "mould", "门窗开关顺畅，五金牢固", "Doors and windows move freely, fittings are firm"),
    Check("fixtures", "mould", "扶手、柜子、灯具固定牢", "Handrails, cupboards and lamps are fixed"),
    Check("power", "mould", "插座、开关、照明正常，漏电保护有效", "Sockets, lights and breakers work"),
    Check(
        "exit",
        "mould",
        "疏散通道畅通，灭火器、指示灯完好",
        "Exits are free, extinguishers and signs in order",
    ),
    Check("quiet", "soundproofing", "关门后声音不传到隔壁", "With the door shut, nothing is heard next door"),
)
BY_CODE = {one.code: one for one in CHECKS}
