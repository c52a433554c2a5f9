"""Who is in the directories of the tests: one table for every kind of server."""
import dataclasses
import enum


class State(enum.Enum):
    ACTIVE = enum.auto()
    DISABLED = enum.auto()
    ACCOUNT_EXPIRED = enum.auto()
    PASSWORD_EXPIRED = enum.auto()
    MUST_CHANGE = enum.auto()    # the password, before anything else
    LOCKED = enum.auto()         # as after too many wrong passwords, until the lock's time is over
    OUTSIDE_HOURS = enum.auto()  # may log in at no hour of the week; Active Directory only


@dataclasses.dataclass
class Group:
    name: str
    within: tuple = ()


@dataclasses.dataclass
class Person:
    """A password or mail address that is not given is made of the user name."""
    username: str
    name: str
    groups: tuple = ()
    state: State = State.ACTIVE
    mail: str = ""
    password: str = ""

    def __post_init__(self):
        self.mail = self.mail or f"{self.username}@example.test"
        self.password = self.password or f"Pass-{self.username}-7"


GROUPS = (
    Group("agents"),
    Group("supervisors"),
    Group("admins"),
    Group("team-leads", within=("supervisors",)),
    Group("night-leads", within=("team-leads",)),
    Group("Außendienst (Süd), Team #2", within=("agents",)),
    Group("circle-a", within=("circle-b",)),
    Group("circle-b", within=("circle-a",)),
)

# User names that hold one of these are refused by Active Directory.
NOT_IN_ACTIVE_DIRECTORY = frozenset('"/\\[]:;|=,+*?<>')

PEOPLE = (
    Person("anna", "Anna Blum", ("agents",)),
    Person("bert", "Bert Lang", ("agents",)),
    Person("sofia", "Sofia Berg", ("team-leads",)),
    Person("nina", "Nina Nacht", ("night-leads",)),
    Person("root", "Rolf Ott", ("admins",)),
    Person("gast", "Gisela Ast"),
    Person("karl", "Karl Kreis", ("circle-a",)),

    Person("dora", "Dora Dorn", ("agents",), State.DISABLED),
    Person("emil", "Emil Ende", ("agents",), State.ACCOUNT_EXPIRED),
    Person("paul", "Paul Alt", ("agents",), State.PASSWORD_EXPIRED),
    Person("mona", "Mona Neu", ("agents",), State.MUST_CHANGE),
    Person("lena", "Lena Zu", ("agents",), State.LOCKED),
    Person("otto", "Otto Früh", ("agents",), State.OUTSIDE_HOURS),

    Person("tina", "Tina Doppel", ("agents",), mail="empfang@example.test"),
    Person("timo", "Timo Doppel", ("agents",), mail="empfang@example.test"),

    Person("jörg(x)#1", "Jörg (Jo) *Stern* \\ Müller, #1", ("Außendienst (Süd), Team #2",),
           mail="joerg@example.test"),
    Person('st*rn,\\+="', "Stern Chen", ("agents",), mail="stern@example.test"),
)
