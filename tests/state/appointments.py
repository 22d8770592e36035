"""Deaths and sleeps by appointment: a process dies, or stands still, when it passes a moment for the n-th time."""

from dataclasses import dataclass, field

from tests.chaos.moments import Deed, Kill, Pause
from tests.chaos.process import Process


@dataclass
class Appointment:
    """`service` None: any of them; `left`: how often the moment is still passed unharmed."""

    service: str | None
    moment: str
    left: int
    deed: Kill | Pause


@dataclass
class Appointments:
    """The fate of a house in which nothing strikes unasked."""

    open: list[Appointment] = field(default_factory=list)

    def decide(self, process: Process, moment: str) -> Deed | None:
        """What is due at that moment, if anything is."""
        for each in self.open:
            if each.moment != moment or each.service not in (None, process.service):
                continue
            if each.left:
                each.left -= 1
                continue
            self.open.remove(each)
            return each.deed
        return None
