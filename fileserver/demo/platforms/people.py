"""The stand-in's people: clinic users with WeChat, and employees with WeCom. All of them are made up."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with WeChat, and what the state's register says of them."""

    key: str
    name: str
    phone: str
    id_card: str

    @property
    def openid(self) -> str:
        """In the mini-program."""
        return f"oMini_{self.key:0>22}"

    @property
    def official_openid(self) -> str:
        """With the official account."""
        return f"oOffi_{self.key:0>22}"

    @property
    def unionid(self) -> str:
        """Under the company's open platform account."""
        return f"uUnio_{self.key:0>22}"


@dataclass(kw_only=True)
class Member:
    """An employee in WeCom's directory."""

    user_id: str
    name: str
    departments: tuple[int, ...] = (1,)
    position: str = ""
    status: int = 1
    contacts_max: int = 10_000
    leads: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """A department in WeCom's directory."""

    id: int
    name: str
    parent_id: int = 0
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag in WeCom's directory."""

    id: int
    name: str
    members: tuple[str, ...] = ()
    departments: tuple[int, ...] = ()


PEOPLE = (
    Person(key="chen", name="陈思远", phone="13800001234", id_card="110101199003070118"),
    Person(key="li", name="李慕青", phone="13900005678", id_card="310101198811230020"),
    Person(key="wang", name="王若溪", phone="13700004321", id_card="440106199205160048"),
    Person(key="zhao", name="赵一鸣", phone="13600008765", id_card="510104198507090015"),
    Person(key="shen", name="沈怡", phone="13510001111", id_card="320106199104220024"),
    Person(key="gao", name="高朗", phone="13510002222", id_card="330203198908060111"),
    Person(key="he", name="何曦", phone="13510003333", id_card="440304199301150040"),
    Person(key="song", name="宋今", phone="13510004444", id_card="350203198609280038"),
    Person(key="tang", name="唐一诺", phone="13510005555", id_card="330106199405270027"),
)
DEPARTMENTS = (
    Part(id=1, name="澄序 LUMEORDRE"),
    Part(id=2, name="市场部", parent_id=1, order=1),
    Part(id=3, name="合规部", parent_id=1, order=2),
    Part(id=21, name="华东组", parent_id=2, order=1),
)
MEMBERS = (
    Member(user_id="LinXiaowen", name="林晓雯", departments=(21,), position="市场专员"),
    Member(user_id="ZhouZiang", name="周子昂", departments=(21,), position="市场专员"),
    Member(user_id="ShenZhixing", name="沈知行", departments=(2,), position="市场经理", leads=(2,)),
    Member(user_id="GuMinglan", name="顾明澜", departments=(3,), position="审核"),
)
TAGS = (Tag(id=1, name="审核员", members=("GuMinglan",)),)
