"""The words of the pages at the entrance and of one's own sign-ins."""

from collections.abc import Mapping

from services.views.language import Language, Words, say

WORDS: Mapping[str, Words] = {
    "title": ("登录", "Sign in"),
    "login": ("登录名", "Name or e-mail address"),
    "password": ("密码", "Password"),
    "enter": ("登录", "Sign in"),
    "by_code": ("没有密码？发一个验证码", "No password? Send me a code"),
    "by_code_intro": (
        "验证码会发到您登记的通知渠道，十分钟内有效。",
        "A code goes to where your notices go. It is good for ten minutes.",
    ),
    "send_code": ("发送验证码", "Send a code"),
    "by_link": ("收到过登录链接", "I was given a sign-in link"),
    "by_service": ("使用{name}登录", "Sign in with {name}"),
    "not_let_in": (
        "登录名或密码不对，请再试一次。忘记了请找本单位负责人。",
        "Name or password is not right. Try again, or ask your lead.",
    ),
    "no_account": (
        "您在这里还没有账号，请找本单位负责人开通。",
        "You have no account here yet. Ask your lead for one.",
    ),
    "outside_away": (
        "单位的登录服务暂时没有回应，请稍后再试，或换一种方式登录。",
        "Your organisation's sign-in does not answer. Try again, or sign in another way.",
    ),
    "too_many": ("试的次数太多，请十五分钟后再试。", "Too many tries. Wait a quarter of an hour."),
    "code_title": ("输入验证码", "Enter the code"),
    "code_sent": (
        "如果这个登录名有账号，验证码已经发出。请输入六位数字。",
        "If there is such an account, a code is on its way. Type its six digits.",
    ),
    "code": ("验证码", "Code"),
    "wrong_code": ("验证码不对或已过期，请重新输入。", "The code is wrong or too old. Try again."),
    "code_again": ("重新发送", "Send another one"),
    "second_title": ("第二步验证", "The second step"),
    "second_intro": (
        "请打开身份验证器，输入现在显示的六位数字；手机不在身边，可用一个恢复码。",
        "Type the six digits that your authenticator shows now, or one of your recovery codes.",
    ),
    "enrol_title": ("开启两步验证", "Set up the second step"),
    "enrol_why": (
        "负责人和管理员登录需要两步验证。用身份验证器（如微信小程序“腾讯身份验证器”）扫描下图，再输入显示的数字。",
        "Leads and administrators need a second step. Scan this with an authenticator and type its digits.",
    ),
    "enrol_by_hand": ("扫不了码，可手工输入：", "If you cannot scan it, type this:"),
    "enrol_alt": ("给身份验证器扫描的二维码", "QR code for the authenticator"),
    "confirm": ("确认", "Confirm"),
    "recovery_title": ("请保存恢复码", "Keep your recovery codes"),
    "recovery_intro": (
        "手机丢失时，每个恢复码可登录一次。请抄下来，只显示这一次。",
        "If you lose your phone, each of these lets you in once. Write them down; they are shown this once.",
    ),
    "recovery_done": ("我已保存，进入系统", "I have kept them, go on"),
    "set_up_title": ("首次设置", "First set-up"),
    "set_up_intro": (
        "请为居委会负责人开设第一个账号。其他人的账号，之后由您开通。",
        "Make the first account, the committee's lead. You let the others in afterwards.",
    ),
    "set_up_gone": (
        "这个设置链接无效或已用过。请在服务器上重新启动，会打印新的链接。",
        "This set-up link is not valid any more. Start the system again; it prints a new one.",
    ),
    "name": ("姓名", "Your name"),
    "password_rule": (
        "10 个字符以上，不要用常见密码；四个不相干的词最好记。",
        "At least 10 characters and not a common one; four words that do not belong together are best.",
    ),
    "weak": (
        "密码太短或太容易猜。请用 10 个字符以上，例如四个不相干的词。",
        "The password is too short or easily guessed. Take at least 10 characters, such as four words.",
    ),
    "login_taken": ("这个登录名已有人用，请换一个。", "Somebody uses this name already. Take another one."),
    "bad_login": (
        "登录名为 2 到 100 个字母、数字或 . @ + - _，例如邮箱。",
        "A name has 2 to 100 letters, digits or . @ + - _, such as an e-mail address.",
    ),
    "create": ("开设账号", "Make the account"),
    "me_title": ("我的登录", "My sign-ins"),
    "me_intro": (
        "下面是正在使用您账号的浏览器。有不认识的，请结束它并换密码。",
        "These browsers are signed in as you. End whatever you do not know, and change your password.",
    ),
    "this_one": ("当前", "this one"),
    "since": ("登录于", "since"),
    "last_seen": ("最近使用", "last used"),
    "end": ("结束", "End"),
    "end_others": ("结束其他所有登录", "End all others"),
    "change_password": ("换密码", "Change the password"),
    "old_password": ("现在的密码", "The password now"),
    "new_password": ("新密码", "The new password"),
    "changed": ("密码已换，其他浏览器已退出。", "The password is changed; other browsers are signed out."),
    "second_on": (
        "两步验证已开启，还剩 {n} 个恢复码。",
        "The second step is on; {n} recovery codes are left.",
    ),
    "second_off": ("两步验证未开启。", "The second step is off."),
    "set_up_second": ("开启两步验证", "Set it up"),
    "guest": (
        "您是用一次性链接登录的，没有账号。",
        "You signed in by a one-time link and have no account.",
    ),
    "unknown_browser": ("未知浏览器", "Unknown browser"),
    "acts_as": ("身份", "Acts as"),
}


def word(key: str, language: Language) -> str:
    """The words of a key."""
    return say(WORDS[key], language)
