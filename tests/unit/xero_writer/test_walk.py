"""The walk: records in, documents in Xero, outcomes out."""

from decimal import Decimal

from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module, Outcome, Sending


async def test_an_invoice_goes_with_its_customer_and_its_product(world: World) -> None:
    await world.sync(
        {
            Module.ACCOUNTS: [world.account()],
            Module.PRODUCTS: [world.product()],
            Module.INVOICES: [world.invoice()],
        }
    )
    outcomes = await world.list_outcomes()
    assert {key: told.outcome for key, told in outcomes.items()} == {
        (Module.ACCOUNTS, "100"): Outcome.CREATED,
        (Module.PRODUCTS, "200"): Outcome.CREATED,
        (Module.INVOICES, "300"): Outcome.CREATED,
    }
    document = world.list_documents("Invoice")[0]
    assert document["InvoiceNumber"] == "INV-300"
    assert document["Total"] == Decimal(10)
    assert document["Status"] == "DRAFT"
    await world.check_equation()
    state = await world.find_state()
    assert state is not None
    assert (state.state, state.calls, state.least_calls) == ("done", 11, 11)


async def test_a_change_is_an_update_of_the_same_document(world: World) -> None:
    await world.sync(world.sale())
    before = len(world.list_calls())
    counts = await world.sync({Module.INVOICES: [world.invoice("3000", price="12", account="1000", product="2000")]})
    assert counts == {("invoices", "updated"): 1}
    [document] = world.list_documents("Invoice")
    assert document["Total"] == Decimal(12)
    assert len(world.list_calls()) - before == 3  # the organisation, the document, the update
    await world.check_equation()


async def test_nothing_is_sent_when_nothing_changed(world: World) -> None:
    await world.sync(world.sale())
    before = len(world.list_calls())
    counts = await world.sync(world.sale())
    assert {outcome for _, outcome in counts} == {"unchanged"}
    assert len(world.list_calls()) == before
    await world.check_equation()


async def test_price_ten_then_twelve_then_ten_is_three_writes(world: World) -> None:
    for price in ("10", "12", "10"):
        await world.sync(
            {
                Module.ACCOUNTS: [world.account()],
                Module.PRODUCTS: [world.product()],
                Module.INVOICES: [world.invoice(price=price)],
            }
        )
    totals = [snapshot["Total"] for _, snapshot in world.list_versions("Invoice")]
    assert totals == [Decimal(10), Decimal(12), Decimal(10)]
    keys = [call.headers.get("idempotency-key") for call in world.list_calls(path="Invoices") if call.method != "GET"]
    assert len(set(keys)) == 3


async def test_a_parent_that_no_document_needs_stays_out_of_xero(world: World) -> None:
    counts = await world.sync({Module.ACCOUNTS: [world.account()], Module.PRODUCTS: [world.product()]})
    assert counts == {("accounts", "skipped"): 1, ("products", "skipped"): 1}
    outcomes = await world.list_outcomes()
    assert outcomes[Module.ACCOUNTS, "100"].reasons[0].code == "not_used_yet"
    assert world.list_calls(method="PUT") == []
    await world.check_equation()
    # Its first document brings it in, although it was not emitted again.
    counts = await world.sync({Module.INVOICES: [world.invoice()]})
    assert counts == {("accounts", "created"): 1, ("products", "created"): 1, ("invoices", "created"): 1}
    await world.check_equation()


async def test_everything_goes_when_the_tenant_sends_all(world: World) -> None:
    counts = await world.sync(
        {
            Module.ACCOUNTS: [world.account()],
            Module.CONTACTS: [world.contact()],
            Module.PRODUCTS: [world.product()],
        },
        sending=Sending.ALL,
    )
    assert counts == {("accounts", "created"): 1, ("contacts", "created"): 1, ("products", "created"): 1}
    assert len(world.list_calls(method="PUT", path="Contacts")) == 1  # both in one request
