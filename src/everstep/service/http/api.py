"""The API as one function from request to response.

    Request --routes.find--> handler(desk, call) --> Response
                     any of them may raise Refused --> its code, in header and body

Every answer carries a request id. A store that fails (a full disk) is no defect of ours: the caller is asked to try
again, as every client of AWS does by itself. Any other exception that is no `Refused` is one: it is logged once, with
that id, and the caller learns nothing but the id.
"""

import logging
import uuid
from collections.abc import Callable

from everstep.core.limits import REQUEST_BODY_BYTES_MAX
from everstep.core.refusal import Code, Refused
from everstep.service.http import routes
from everstep.service.http.answers import plain_refusal, refusal, with_headers
from everstep.service.http.asgi import AsgiApp, Handler, Lifespan, Request, Response, asgi_app
from everstep.service.http.desk import Call, Desk, Vitals
from everstep.service.http.dialect import MANNERS, Dialect
from everstep.service.http.front import Front
from everstep.service.http.query import Query
from everstep.service.page.page import Page
from everstep.service.ports import StoreError
from everstep.service.service import Service

logger = logging.getLogger(__name__)

REQUEST_ID = "x-amzn-RequestId"
OWN = b"/everstep/v1/"
"""Where our own API lives, which says no in its own form."""
SERVICE_FAILED = "an internal error occurred; the service's log has the details under this request id"

STORE_FAILED = "the store cannot be used at present, so nothing was changed; try again"


def api(
    service: Service,
    *,
    dialect: Dialect = Dialect.AWS,
    redirect: Callable[[str], None] | None = None,
    vitals: Vitals | None = None,
    page: Page | None = None,
) -> Handler:
    """The handler of every request to this service. It raises nothing but cancellation.

    `redirect` changes where functions are invoked; without it nobody can ask for that. `vitals` is what probes are
    told. `page` is what our own API under /everstep/v1/ answers from.
    """
    desk = Desk(service=service, manners=MANNERS[dialect], redirect=redirect, dialect=dialect, vitals=vitals, page=page)

    def refuse(request: Request, refused: Refused) -> Response:
        return plain_refusal(refused) if request.raw_path.startswith(OWN) else refusal(refused, desk.manners)

    async def handle(request: Request) -> Response:
        request_id = str(uuid.uuid4())
        try:
            response = await _answer(desk, request)
        except Refused as refused:
            response = refuse(request, refused)
        except StoreError as error:
            logger.error("request %s failed: %s", request_id, error)
            response = refusal(Refused(Code.SERVICE, STORE_FAILED), desk.manners)
        except Exception:
            logger.exception(
                "request %s (%s %s) failed", request_id, request.method, request.raw_path.decode("latin-1")
            )
            response = refuse(request, Refused(Code.SERVICE, SERVICE_FAILED))
        desk.answers[response.status] += 1
        logger.debug("%s %s: %s", request.method, request.raw_path.decode("latin-1"), response.status)
        return with_headers(response, (REQUEST_ID, request_id))

    return handle


def application(
    service: Service,
    *,
    dialect: Dialect = Dialect.AWS,
    redirect: Callable[[str], None] | None = None,
    lifespan: Lifespan | None = None,
    front: Front | None = None,
    page: Page | None = None,
) -> AsgiApp:
    """The API as an ASGI application; what the server itself refuses is answered in the same dialect.

    `front` stands before it where it listens on a socket.
    """

    def refuse(refused: Refused) -> Response:
        return with_headers(refusal(refused, MANNERS[dialect]), (REQUEST_ID, str(uuid.uuid4())))

    handler = api(service, dialect=dialect, redirect=redirect, vitals=front, page=page)
    app = asgi_app(handler, REQUEST_BODY_BYTES_MAX, refuse=refuse, lifespan=lifespan)
    return app if front is None else front.before(app, refuse)


async def _answer(desk: Desk, request: Request) -> Response:
    route, subject = routes.find(request.method, request.raw_path)
    call = Call(subject=subject, query=Query(request.query), headers=request.headers, body=request.body)
    return await route.answer(desk, call)
