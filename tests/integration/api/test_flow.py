"""One order over HTTP, from the report to its view."""

from conftest import World


def test_a_report_is_routed_acknowledged_and_seen(world):
    code = world.report()
    asset = world.of("handler", "asset_company")
    seen = asset.get(f"/api/v1/orders/{code}")
    print(seen.text[:3000])
    assert seen.status_code == 200
    answer = asset.post(f"/api/v1/orders/{code}/assignments/asset_company/acknowledge")
    print(answer.text[:500])
    assert answer.status_code == 200


def test_it_is_ready_without_a_caller(world):
    answer = world.client().get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok"), answer.text
    assert world.client().get("/health/live").status_code == 200
    print(answer.headers)


def test_nothing_else_is_open(world):
    for path in ("/api/v1/orders", "/metrics", "/nonsense", "/api/v1/orders/AIBO5-1"):
        assert world.client().get(path).status_code == 401
