"""The words of the link's page, in Chinese and English."""

from collections.abc import Mapping

from services.views.language import Language, Words, say

WORDS: Mapping[str, Words] = {
    "acting_as": ("经办", "Acting as"),
    "acknowledge": ("收到，我们来办", "Got it, we are on it"),
    "acknowledge_hint": (
        "点一下即接单。时限从派单时起算，与接单早晚无关。",
        "One tap. Your clock has run since dispatch; when you tap does not change it.",
    ),
    "done": ("处理好了，报完成", "It is done"),
    "done_button": ("完成", "Report it done"),
    "photo": ("处置后的照片", "Photo after the work"),
    "photo_needed": (
        "本类工单须有照片才能报完成；现拍或从相册选，最多 5 张。",
        "This kind of order needs one; take it now or choose up to 5.",
    ),
    "photo_free": ("可不传，最多 5 张。", "If you like, up to 5."),
    "note": ("说明（可不填）", "Remark (if any)"),
    "return": ("不归我们", "Not ours"),
    "return_button": ("申请退单", "Ask to return it"),
    "return_hint": (
        "由第三方批复；批复之前，贵单位的时限照常计算。",
        "A third party decides. Until then your clock runs on.",
    ),
    "nominee": ("应由哪个单位办理", "Who is responsible instead"),
    "choose": ("请选择单位", "Choose a party"),
    "reason": ("理由", "Why"),
    "nothing": ("现在没有需要在这里办理的事。", "There is nothing to do here just now."),
    "full": ("查看整张工单（需登录）", "See the whole order (sign in)"),
    "private": (
        "此链接代表上面写明的人，办理记录会写明是经它办理的。请勿转发。",
        "This link stands for whoever is named above; the record says that it was used. Do not pass it on.",
    ),
    "did_acknowledge": ("已接单，记录在案。", "Acknowledged, and on record."),
    "did_done": ("已报完成，等待核查。谢谢！", "Reported done; it will be verified. Thank you!"),
    "did_return": (
        "退单申请已提交，等待批复。",
        "The return was asked for, and will be decided.",
    ),
    "not_recorded": ("没有记录：", "Nothing was recorded: "),
    "stop": ("。", "."),
    "incomplete": (
        "请选择应由哪个单位办理，并写明理由",
        "choose who is responsible, and say why",
    ),
    "long": ("文字太长或无法识别，请改短些", "the text is too long or cannot be read; shorten it"),
    "no_photo": ("请传 JPEG、PNG 或 WebP 图片", "send a JPEG, PNG or WebP picture"),
    "broken_photo": ("图片不完整，请重拍或换一张", "the picture is not whole; take it again, or another"),
    "elsewhere": ("请登录后办理", "sign in to do it"),
    "wait": ("正在提交…", "Sending …"),
    "dead": ("这个链接现在不能用", "This link does not work now"),
    "dead_why": (
        "它可能已过期、已撤销，或者那件事已不需要办理。",
        "It may have expired or been revoked, or there may be nothing left to do.",
    ),
    "dead_next": (
        "请打开最近一条通知里的链接，或登录后查看。急事请直接打电话给居委会。",
        "Open the link of your latest notice, or sign in. If it is urgent, call the committee.",
    ),
    "tries": ("试得太多了，请稍后再开", "Too many tries; come back later"),
    "tries_why": (
        "请等十分钟，再打开最近一条通知里的链接。",
        "Wait ten minutes, then open the link of your latest notice.",
    ),
}


def word(key: str, language: Language) -> str:
    """The words of a key."""
    return say(WORDS[key], language)
