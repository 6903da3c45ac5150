"""What stands before the routes of a service that listens on a socket, in this order:

    access --who may ask--> admission --how much at once--> a watch on checkpoints --> the routes

and what its probes are told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from everstep.service.http import routes
from everstep.service.http.access import Access, guarded
from everstep.service.http.admission import Admission
from everstep.service.http.asgi import AsgiApp, Refuse, Scope
from everstep.service.http.metrics import Metrics
from everstep.service.http.readiness import Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The guards of one service, and its `Vitals`."""

    access: Access
    admission: Admission
    watch: Metrics
    readiness: Readiness

    def before(self, app: AsgiApp, refuse: Refuse) -> AsgiApp:
        """The application behind the guards, which say no by `refuse`."""
        admitted = self.admission.app(self.watch.timed(app), refuse)
        return guarded(admitted, self.access, refuse, _is_open)

    async def trouble(self) -> str | None:
        return await self.readiness.trouble()

    async def metrics(self, answers: Mapping[int, int]) -> str:
        return await self.watch.text(answers)


def _is_open(scope: Scope) -> bool:
    return routes.is_open(scope.get("raw_path") or b"")
