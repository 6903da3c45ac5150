"""What every store promises: an adapter passes the contract by subclassing `StoreContract` in its own tests."""

from tests.service.stores.catalogue_contract import CatalogueContract
from tests.service.stores.commit_contract import CommitContract
from tests.service.stores.list_contract import ListContract
from tests.service.stores.oblivion_contract import OblivionContract
from tests.service.stores.work_contract import WorkContract


class StoreContract(CommitContract, WorkContract, ListContract, OblivionContract, CatalogueContract):
    """The whole of it; the adapter's tests add `opened`, which makes a new, empty store."""
