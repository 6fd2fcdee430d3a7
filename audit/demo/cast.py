"""Who and where: regions, branches, people, programmes and waves. All of it is invented."""

from datetime import date, timedelta
from uuid import UUID, uuid5

import msgspec
from argon2 import PasswordHasher

from audit.domain.branch import Branch, Region
from audit.domain.people import Person, Role
from audit.domain.text import Text

_SPACE = UUID("6d696e67-6368-8000-8000-64656d6f0000")
PASSWORD = "demo"  # noqa: S105  (printed on the demo's own sign-in page)
SIGN_INS = ("shopper", "auditor", "branch", "admin")
NOBODY_SIGNS_IN = "-"  # no password hash at all: these people are only names


def id_of(*names: object) -> UUID:
    """The same id for the same thing in every demo."""
    return uuid5(_SPACE, "/".join(map(str, names)))


def password_hash() -> str:
    """Of the demo password; the salt is fixed so that every demo is byte for byte the same."""
    return PasswordHasher().hash(PASSWORD, salt=b"mingcha-demo-000")


class Character(msgspec.Struct, frozen=True):
    """How a branch behaves: `skill` about 0 is ordinary, `slope` is its change per wave."""

    skill: float
    slope: float = 0.0


_REGIONS = {
    "east": Text("华东区", "East"),
    "south": Text("华南区", "South"),
    "west": Text("西部区", "West"),
}
_PLACES: tuple[tuple[str, str, str, Text, Text, Text, Character], ...] = (
    (
        "HZ101", "east", "bank", Text("杭州滨江支行", "Hangzhou Riverside branch"),
        Text("杭州", "Hangzhou"), Text("闻涛路 128 号", "128 Wentao Road"), Character(0.75),
    ),
    (
        "NJ102", "east", "bank", Text("南京鼓楼支行", "Nanjing Gulou branch"),
        Text("南京", "Nanjing"), Text("湖南路 46 号", "46 Hunan Road"), Character(-0.25, 0.3),
    ),
    (
        "SH103", "east", "bank",
        Text(
            "上海自由贸易试验区临港新片区科技创新与跨境金融综合服务支行",
            "Shanghai Free Trade Zone Lingang New Area Innovation and Cross-Border Finance "
            "Full-Service branch",
        ),
        Text("上海", "Shanghai"),
        Text(
            "浦东新区南汇新城镇环湖西二路 888 弄 6 号楼底层 101 至 108 室",
            "Units 101–108, ground floor, Building 6, Lane 888, Huanhu West Second Road, "
            "Nanhui New Town, Pudong",
        ),
        Character(0.35),
    ),
    (
        "SH104", "east", "securities",
        Text("上海静安证券营业部", "Shanghai Jing’an securities office"),
        Text("上海", "Shanghai"), Text("北京西路 1066 号", "1066 West Beijing Road"),
        Character(0.1),
    ),
    (
        "GZ201", "south", "bank", Text("广州天河支行", "Guangzhou Tianhe branch"),
        Text("广州", "Guangzhou"), Text("体育东路 77 号", "77 East Tiyu Road"),
        Character(0.15, 0.08),
    ),
    (
        "SZ202", "south", "bank", Text("深圳南山支行", "Shenzhen Nanshan branch"),
        Text("深圳", "Shenzhen"), Text("海德二道 15 号", "15 Haide Second Avenue"),
        Character(0.75, -0.65),
    ),
    (
        "XM203", "south", "bank", Text("厦门思明支行", "Xiamen Siming branch"),
        Text("厦门", "Xiamen"), Text("湖滨南路 203 号", "203 South Hubin Road"), Character(-0.05),
    ),
    (
        "SZ204", "south", "securities",
        Text("深圳福田证券营业部", "Shenzhen Futian securities office"),
        Text("深圳", "Shenzhen"), Text("深南中路 3031 号", "3031 Middle Shennan Road"),
        Character(0.4),
    ),
    (
        "CD301", "west", "bank", Text("成都高新支行", "Chengdu High-Tech branch"),
        Text("成都", "Chengdu"), Text("天府三街 59 号", "59 Tianfu Third Street"),
        Character(-0.45, 0.38),
    ),
    (
        "CQ302", "west", "bank", Text("重庆渝中支行", "Chongqing Yuzhong branch"),
        Text("重庆", "Chongqing"), Text("民权路 31 号", "31 Minquan Road"), Character(-0.75),
    ),
    (
        "XA303", "west", "bank", Text("西安雁塔支行", "Xi’an Yanta branch"),
        Text("西安", "Xi’an"), Text("小寨东路 112 号", "112 East Xiaozhai Road"), Character(-0.2),
    ),
    (
        "CD304", "west", "securities",
        Text("成都锦江证券营业部", "Chengdu Jinjiang securities office"),
        Text("成都", "Chengdu"), Text("人民南路二段 8 号", "8 South Renmin Road, Section 2"),
        Character(0.0),
    ),
)  # fmt: skip

REGIONS = {name: Region(id_of("region", name), title) for name, title in _REGIONS.items()}
BRANCHES = {
    code: Branch(
        id=id_of("branch", code),
        code=code,
        name=name,
        kind="bank" if kind == "bank" else "securities",
        region=REGIONS[region],
        city=city,
        address=address,
    )
    for code, region, kind, name, city, address, _ in _PLACES
}
CHARACTERS = {place[0]: place[-1] for place in _PLACES}
RICH = "GZ201"  # what the login `branch` manages: the most visits, and the edge cases
LONG = "SH103"


def _person(
    login: str, name: str, role: Role, code: str = "", branches: tuple[str, ...] = ()
) -> Person:
    return Person(
        id=id_of("person", login),
        login=login,
        name=name,
        role=role,
        code=code,
        branches=tuple(BRANCHES[branch].id for branch in branches),
    )


SHOPPERS = (
    _person("shopper", "林晓", "shopper", "M01"),
    _person("shopper2", "方知夏", "shopper", "M02"),
    _person("shopper3", "石磊", "shopper", "M03"),
    _person("shopper4", "温静", "shopper", "M04"),
    _person("shopper5", "骆一鸣", "shopper", "M05"),
    _person("shopper6", "叶秋", "shopper", "M06"),
    _person("shopper7", "Helen Marsh", "shopper", "M07"),  # writes her notes in English
    _person("shopper8", "祁连", "shopper", "M08"),
)
AUDITORS = (
    _person("auditor", "周衡", "auditor"),
    _person("auditor2", "贺兰", "auditor"),
)
MANAGERS = (
    _person("branch", "陈岚", "branch_manager", branches=("GZ201",)),
    _person("branch2", "顾远", "branch_manager", branches=("HZ101", "NJ102", "SH103")),
    _person("branch3", "罗川", "branch_manager", branches=("CD301", "CQ302")),
    _person("branch4", "尤敏", "branch_manager", branches=("SH104", "SZ204", "CD304")),
    _person("branch5", "江汀", "branch_manager", branches=("SZ202", "XM203")),
    _person("branch6", "白桦", "branch_manager", branches=("XA303",)),
)
ADMINISTRATORS = (
    _person("admin", "沈宁", "administrator"),
    _person("admin2", "唐越", "administrator"),
)
PEOPLE = (*SHOPPERS, *AUDITORS, *MANAGERS, *ADMINISTRATORS)
SHOPPER, AUDITOR = SHOPPERS[0], AUDITORS[0]
ENGLISH = SHOPPERS[6]


class DemoWave(msgspec.Struct, frozen=True):
    id: UUID
    programme: UUID
    name: Text
    opens_on: date
    closes_on: date
    checklist: str  # the checklist's id, not its hash
    brief: Text


SERVICE = (id_of("programme", "service"), Text("网点服务检测", "Branch service audit"))
MANNERS = (id_of("programme", "manners"), Text("服务礼仪明察", "Open audit of manners"))
PROGRAMMES = (SERVICE, MANNERS)

BRIEF = Text(
    "以普通客户身份办理一笔一千元现金存款，并咨询一款一年期产品的利率、费用和提前支取的规则。"
    "不透露身份，不拍摄员工。",
    "As an ordinary customer, deposit 1,000 yuan in cash and ask about the rate, the fees and the "
    "early-withdrawal rule of a one-year product. Do not say who you are; take no pictures of "
    "staff.",
)
FIRST = Text(  # of who has a role to play besides
    "先以普通客户身份到柜台存入一千元现金，再照您的角色咨询。不拍摄员工。",
    "First deposit 1,000 yuan in cash at the counter as an ordinary customer, then play your role. "
    "Take no pictures of staff.",
)
# The same at a securities office, which takes no cash.
_AT_OFFICES = {
    BRIEF: Text(
        "以普通客户身份到柜台打印一份账户对账单，并咨询一款一年期产品的风险、费用和提前赎回的规则。"
        "不透露身份，不拍摄员工。",
        "As an ordinary customer, have a statement of your account printed at the counter and ask "
        "about the risk, the fees and the early redemption of a one-year product. Do not say who "
        "you are; take no pictures of staff.",
    ),
    FIRST: Text(
        "先以普通客户身份到柜台打印一份账户对账单，再照您的角色咨询。不拍摄员工。",
        "First have a statement of your account printed at the counter as an ordinary customer, "
        "then play your role. Take no pictures of staff.",
    ),
}
OPEN_BRIEF = Text(
    "向网点负责人出示授权函后，在厅内观察一小时，记录员工接待客户的举止与用语。",
    "Show the letter of authority to the manager, then watch the hall for an hour and record how "
    "staff behave and speak.",
)
OPENED = (340, 250, 160, 45)  # days ago
LASTS = 75  # days


def brief_at(branch: Branch, brief: Text) -> Text:
    return _AT_OFFICES.get(brief, brief) if branch.kind == "securities" else brief


def waves(day: date) -> tuple[DemoWave, ...]:
    """Four rounds of the service programme over the past year, the last still open; then one
    of the open audits."""
    service = []
    for number, ago in enumerate(OPENED):
        opens = day - timedelta(days=ago)
        service.append(
            DemoWave(
                id=id_of("wave", number),
                programme=SERVICE[0],
                name=Text(f"{opens.year} 年 {opens.month} 月批次", f"{opens:%B %Y}"),
                opens_on=opens,
                closes_on=opens + timedelta(days=LASTS),
                checklist="branch-visit",
                brief=BRIEF,
            )
        )
    opens = day - timedelta(days=60)
    manners = DemoWave(
        id=id_of("wave", "manners"),
        programme=MANNERS[0],
        name=Text("首轮", "First round"),
        opens_on=opens,
        closes_on=day + timedelta(days=30),
        checklist="rules-24",
        brief=OPEN_BRIEF,
    )
    return (*service, manners)
