"""Signing in through an OpenID Connect provider, over HTTP, and everything that must not work."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from joserfc.jwk import ECKey, OctKey, RSAKey

from compliance.access import Role
from compliance.events import Trail
from compliance.keys import MasterKey
from compliance.keys.rewrapping import rewrap_all
from compliance.sign_in_providers import secret_of
from fileserver.app import create_app
from fileserver.config import Config
from fileserver.outgoing import Outgoing
from fileserver.services import Services, policy_of
from storage.rows import sign_in_providers
from storage.rows.departments import all_departments
from tests.api import Api, Client, sign_in
from tests.identity_provider import CLIENT_ID, SECRET, IdentityProvider, identity_provider
from tests.log import events
from tests.people import Employee, add_employee
from tests.services import Clock, RealServer

PROVIDERS = "/people/sign-in-providers"
REFUSED = "/problems/provider-refused"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A server that trusts one provider, an employee who is known there, and the administrator."""

    services: Services
    client: Client
    provider: IdentityProvider
    clock: Clock
    who: Employee
    admin: Api

    async def leave(self, slug: str = "corp", **query: str) -> str:
        """Where the browser is sent."""
        async with self.client.get(f"/sign-in/with/{slug}", params=query, allow_redirects=False) as response:
            assert response.status == 303, await response.text()
            return response.headers["Location"]

    async def back(self, query: str, slug: str = "corp") -> tuple[int, str]:
        """What comes of a callback: status, and where it leads or what was wrong."""
        path = f"/sign-in/with/{slug}/callback?{query}"
        headers = {"Accept": "application/problem+json", "Accept-Language": "en"}
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", "") or await response.text()

    async def sign_in(self, **query: str) -> tuple[int, str]:
        """The whole way."""
        return await self.back(self.provider.authorize(await self.leave(**query)))

    async def me(self) -> int:
        """Whether the browser is signed in."""
        async with self.client.get("/api/v1/sessions/current") as response:
            return response.status

    async def reasons(self) -> list[str]:
        """Why sign-ins were refused, as the log has it."""
        return [each["det"]["reason"] for each in await events(self.services, "employee:session:start") if each["why"]]


def _wanted(provider: IdentityProvider, **changes: Any) -> dict[str, Any]:
    body = {
        "slug": "corp",
        "label": "公司统一登录",
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "secret": SECRET,
        "scopes": "openid email",
        "login_claim": "preferred_username",
        "reason": "上线",
    }
    return {**body, **changes}


@pytest.fixture
async def scene(config: Config, services: Services, clock: Clock) -> AsyncIterator[Scene]:
    """One provider, added by the administrator."""
    listed = config.model_copy(update={"outgoing_hosts": ("127.0.0.1",), "outgoing_loopback_http": True})

    async with identity_provider(clock) as provider, Outgoing(policy_of(listed)) as outgoing:
        open_services = replace(services, config=listed, outgoing=outgoing)
        who = await add_employee(services, Role.MARKETER, login="lin.xiao")
        provider.claims["preferred_username"] = "Lin.Xiao"
        async with TestClient(RealServer(create_app(listed, open_services))) as client:
            admin = await sign_in(client, await add_employee(services, Role.ADMIN))
            (await admin.post(PROVIDERS, _wanted(provider))).ok  # noqa: B018  # must succeed
            yield Scene(services=open_services, client=client, provider=provider, clock=clock, who=who, admin=admin)


async def test_the_whole_way(scene: Scene) -> None:
    """From the button to the page that was wanted, signed in as the account that the provider names."""
    assert (303, "/shares") == await scene.sign_in(next="/shares")
    async with scene.client.get("/api/v1/sessions/current") as response:
        assert str(scene.who.person_id) == (await response.json())["person"]["id"]
    async with scene.client.get("/api/v1/sessions") as response:
        assert ["oidc:corp"] == (await response.json())["items"][0]["methods"]
    (linked,) = await events(scene.services, "employee:identity:link")
    assert f"person:{scene.who.pseudonym}" == linked["obj"]


async def test_linked_once_the_name_doesnt_matter(scene: Scene) -> None:
    """Somebody who was renamed at the provider is still who they are."""
    await scene.sign_in()
    scene.provider.claims["preferred_username"] = "somebody.else"
    assert 303 == (await scene.sign_in())[0]
    assert 1 == len(await events(scene.services, "employee:identity:link"))


async def test_a_leavers_name_leads_nobody_else_to_their_account(scene: Scene) -> None:
    """A new colleague who gets the old login at the provider doesn't get the account that is linked already."""
    await scene.sign_in()
    scene.client.session.cookie_jar.clear()
    scene.provider.person = "u-2002"
    status, text = await scene.sign_in()
    assert 403 == status
    assert "/problems/identity-unknown" in text
    assert 401 == await scene.me()


@pytest.mark.parametrize(
    "claims", [{"preferred_username": "nobody"}, {"preferred_username": None}], ids=["other", "none"]
)
async def test_only_known_people(scene: Scene, claims: dict[str, Any]) -> None:
    """The provider vouches for many; who has no account here stays out, and no account is made."""
    scene.provider.claims.update(claims)
    assert 403 == (await scene.sign_in())[0]
    assert 401 == await scene.me()


async def test_disabled_account_stays_out(scene: Scene) -> None:
    """Whoever was disabled here is out, whatever the provider thinks."""
    await scene.sign_in()
    await scene.admin.post(f"/people/accounts/{scene.who.person_id}/disable")
    assert 401 == await scene.me()
    assert 403 == (await scene.sign_in())[0]


async def test_an_address_counts_only_when_it_is_verified(scene: Scene) -> None:
    """An e-mail address that somebody typed at the provider names no account."""
    (await scene.admin.call("PUT", f"{PROVIDERS}/corp", json=_change(scene, login_claim="email"))).ok  # noqa: B018  # must succeed
    scene.provider.claims.update({"email": "lin.xiao", "email_verified": False})
    assert 403 == (await scene.sign_in())[0]
    scene.provider.claims["email_verified"] = True
    assert 303 == (await scene.sign_in())[0]


def _change(scene: Scene, **changes: Any) -> dict[str, Any]:
    body = _wanted(scene.provider, **changes)
    del body["slug"]
    return body


async def test_a_state_works_once(scene: Scene) -> None:
    """A callback that is replayed begins nothing, not even with a code that is still good."""
    address = await scene.leave()
    first, second = scene.provider.authorize(address), scene.provider.authorize(address)
    assert 303 == (await scene.back(first))[0]
    status, text = await scene.back(second)
    assert (403, True) == (status, REFUSED in text)
    assert ["state"] == await scene.reasons()


async def test_a_state_is_good_for_ten_minutes(scene: Scene) -> None:
    """Whoever comes back tomorrow begins again."""
    query = scene.provider.authorize(await scene.leave())
    scene.clock.advance(minutes=10)
    assert 403 == (await scene.back(query))[0]


async def test_a_made_up_state(scene: Scene) -> None:
    """Without having been sent away nobody comes back."""
    for query in ("state=x&code=y", "code=y", "", "state=x&error=access_denied"):
        assert 403 == (await scene.back(query))[0]


async def test_nobody_finishes_what_another_browser_began(scene: Scene) -> None:
    """Login CSRF: a callback of an attacker's own sign-in, opened by a victim, signs nobody in."""
    query = scene.provider.authorize(await scene.leave())
    scene.client.session.cookie_jar.clear()
    assert 403 == (await scene.back(query))[0]
    assert ["browser"] == await scene.reasons()


async def test_a_stolen_code_is_worth_nothing(scene: Scene) -> None:
    """A code that was made for another browser's request fails by its verifier, in a callback of one's own."""
    stolen = scene.provider.authorize(await scene.leave()).partition("code=")[2].partition("&")[0]
    own = scene.provider.authorize(await scene.leave())
    code = own.partition("code=")[2].partition("&")[0]
    assert 403 == (await scene.back(own.replace(code, stolen)))[0]
    assert ["exchange"] == await scene.reasons()


async def test_somebody_elses_token_for_ones_own_request(scene: Scene) -> None:
    """A token that was made for another sign-in carries another nonce."""
    scene.provider.claims["nonce"] = "of another sign-in"
    assert 403 == (await scene.sign_in())[0]
    assert ["nonce"] == await scene.reasons()


async def test_two_providers_are_not_mixed_up(scene: Scene) -> None:
    """An answer of one provider is not taken at the address of the other, nor with the name of the other in it."""
    async with identity_provider(scene.clock) as other:
        wanted = _wanted(other, slug="other")
        (await scene.admin.post(PROVIDERS, wanted)).ok  # noqa: B018  # must succeed
        query = scene.provider.authorize(await scene.leave())
        assert 403 == (await scene.back(query, "other"))[0]
        query = scene.provider.authorize(await scene.leave())
        named = query.rpartition("&iss=")[0]
        assert 403 == (await scene.back(f"{named}&iss={other.issuer}"))[0]
        query = scene.provider.authorize(await scene.leave())
        assert 403 == (await scene.back(query.rpartition("&iss=")[0]))[0]
        assert "/token" not in other.asked
        assert ["mixed-up", "issuer", "issuer"] == await scene.reasons()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://other.example"}, "issuer"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": [CLIENT_ID, "another"]}, "party"),
        ({"azp": "another"}, "party"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "expired"),
        ({"iat": 1}, "expired"),
        ({"iat": 99_999_999_999}, "future"),
        ({"nbf": 99_999_999_999}, "future"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
    ids=lambda value: str(value)[:40].replace(" ", ""),
)
async def test_what_a_token_must_say(scene: Scene, claims: dict[str, Any], reason: str) -> None:
    """Signed or not: another issuer, another client, another time, no nonce, nobody."""
    scene.provider.claims.update(claims)
    assert 403 == (await scene.sign_in())[0]
    assert [reason] == await scene.reasons()
    assert 401 == await scene.me()


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_no_token_without_a_signature_of_the_providers(scene: Scene, algorithm: str) -> None:
    """Neither an unsigned token nor one that is signed with the public key taken for a secret."""
    scene.provider.algorithm = algorithm
    assert 403 == (await scene.sign_in())[0]
    assert ["algorithm"] == await scene.reasons()
    assert 401 == await scene.me()


async def test_a_shared_secret_among_the_keys_is_no_key(scene: Scene) -> None:
    """What a provider publishes by mistake signs nothing."""
    scene.provider.published = [OctKey.generate_key(256, {"kid": "k1"}).as_dict(private=True)]
    assert 403 == (await scene.sign_in())[0]


async def test_another_key_by_the_same_name(scene: Scene) -> None:
    """A forged token names the right key and is signed by another one."""
    published = [scene.provider.keys[0].as_dict(private=False)]
    scene.provider.published = published
    scene.provider.keys = [RSAKey.generate_key(2048, {"kid": "k1"})]
    assert 403 == (await scene.sign_in())[0]
    assert ["signature"] == await scene.reasons()


async def test_keys_rotate(scene: Scene) -> None:
    """A token under a new key has the keys read anew; one under the old key is refused from then on."""
    await scene.sign_in()
    old, new = scene.provider.keys[0], ECKey.generate_key("P-256", {"kid": "k2"})
    scene.provider.keys, scene.provider.algorithm = [new], "ES256"
    scene.clock.advance(seconds=61)
    assert 303 == (await scene.sign_in())[0]
    scene.provider.published = [new.as_dict(private=False)]
    scene.provider.keys, scene.provider.algorithm = [old], "RS256"
    scene.clock.advance(seconds=61)
    assert 403 == (await scene.sign_in())[0]


async def test_unknown_keys_are_looked_for_once_a_minute(scene: Scene) -> None:
    """Somebody who makes keys up doesn't make us ask the provider each time."""
    await scene.sign_in()
    scene.provider.published = [scene.provider.keys[0].as_dict(private=False)]
    scene.provider.keys = [RSAKey.generate_key(2048, {"kid": "made-up"})]
    scene.clock.advance(seconds=61)
    before = scene.provider.asked.count("/keys")
    for _ in range(5):
        assert 403 == (await scene.sign_in())[0]
    assert before + 1 == scene.provider.asked.count("/keys")


async def test_discovery_must_name_its_own_issuer(scene: Scene) -> None:
    """A document of somebody else's at the right address is none."""
    scene.provider.lies["issuer"] = "https://other.example"
    async with scene.client.get("/sign-in/with/corp", allow_redirects=False) as response:
        assert 403 == response.status


async def test_a_session_begun_before_the_sign_in_is_over(scene: Scene) -> None:
    """The browser gets a fresh token, and what it had before is dead."""
    await scene.sign_in()
    (cookie,) = [each for each in scene.client.session.cookie_jar if each.key == "sealshare_session"]
    await scene.sign_in()
    scene.client.session.cookie_jar.clear()
    assert 401 == (await Api(scene.client, cookie.value).get("/sessions/current")).status


async def test_stepping_up_asks_the_provider_anew(scene: Scene) -> None:
    """The provider is told to ask; an old proof, or somebody else's, opens nothing."""
    await scene.sign_in()
    scene.clock.advance(minutes=30)
    address = await scene.leave(purpose="step-up")
    assert "prompt=login" in address
    scene.provider.claims["auth_time"] = int(scene.clock().timestamp()) - 1_800
    assert 403 == (await scene.back(scene.provider.authorize(address)))[0]
    del scene.provider.claims["auth_time"]
    scene.provider.person = "u-2002"
    assert 403 == (await scene.back(scene.provider.authorize(await scene.leave(purpose="step-up"))))[0]
    scene.provider.person = "u-1001"
    address = await scene.leave(purpose="step-up", next="/second-factor")
    assert (303, "/second-factor") == await scene.back(scene.provider.authorize(address))
    async with scene.client.get("/api/v1/sessions/current") as response:
        assert "2026-11-23T02:00:00Z" == (await response.json())["proved_at"]


async def test_the_provider_signs_people_out(scene: Scene) -> None:
    """A logout token ends the sessions of its session there, or of its subject; a forged one nothing."""
    scene.provider.claims["sid"] = "s-1"
    await scene.sign_in()
    path = "/sign-in/with/corp/logout"
    genuine = scene.provider.logout_token(sid="s-1")
    for bad in (
        scene.provider.logout_token(sid="s-1", nonce="x"),
        scene.provider.logout_token(sid="s-1", aud="another"),
        scene.provider.logout_token(sid="s-1", events={}),
        scene.provider.logout_token(),
        f"{genuine[:-4]}AAAA",
    ):
        async with scene.client.post(path, data={"logout_token": bad}) as response:
            assert 403 == response.status
    assert 200 == await scene.me()
    async with scene.client.post(path, data={"logout_token": scene.provider.logout_token(sid="s-2")}) as response:
        assert (200, 200) == (response.status, await scene.me())
    async with scene.client.post(path, data={"logout_token": genuine}) as response:
        assert (200, 401) == (response.status, await scene.me())


async def test_signing_out_goes_on_to_the_provider(scene: Scene) -> None:
    """The browser is sent to the provider's own sign-out, and from there to our sign-in page."""
    async with scene.client.get("/sign-out/with/corp", allow_redirects=False) as response:
        assert response.headers["Location"].startswith(f"{scene.provider.issuer}/logout?client_id={CLIENT_ID}&")


@pytest.mark.parametrize("there", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_led_elsewhere_afterwards(scene: Scene, there: str) -> None:
    """Where to go is a page of ours."""
    async with scene.client.get("/sign-in/with/corp", params={"next": there}, allow_redirects=False) as response:
        assert 422 == response.status


async def test_a_disabled_provider_lets_nobody_in(scene: Scene) -> None:
    """Not even a browser that is on its way back."""
    query = scene.provider.authorize(await scene.leave())
    (await scene.admin.call("PUT", f"{PROVIDERS}/corp", json=_change(scene, enabled=False))).ok  # noqa: B018  # must succeed
    assert 404 == (await scene.back(query))[0]
    async with scene.client.get("/sign-in/with/corp", allow_redirects=False) as response:
        assert 404 == response.status


async def test_changes_of_a_provider_are_kept_and_its_secret_is_not_shown(scene: Scene) -> None:
    """Who changed what and why, newest first; the secret is sealed under the master key and in no answer or event."""
    (await scene.admin.call("PUT", f"{PROVIDERS}/corp", json=_change(scene, label="登录", secret=None))).ok  # noqa: B018  # must succeed
    found = (await scene.admin.get(PROVIDERS)).ok
    assert [(2, "登录"), (1, "公司统一登录")] == [
        (each["revision"], each["facts"]["label"]) for each in found["history"]
    ]
    async with scene.services.database.transaction() as tx:
        (row,) = await sign_in_providers.list_providers(tx)
    told = await events(scene.services, "employee:provider:add", "employee:provider:change")
    assert SECRET not in f"{found}{told}{row.sealed_secret!r}{row}"
    assert 303 == (await scene.sign_in())[0]  # it still works: null kept it


async def test_what_a_provider_may_not_be(scene: Scene) -> None:
    """Another issuer under the same name, a name that is taken, a host that the operator did not list."""
    moved = await scene.admin.call("PUT", f"{PROVIDERS}/corp", json=_change(scene, issuer="http://127.0.0.1:1"))
    taken = await scene.admin.post(PROVIDERS, _wanted(scene.provider))
    unlisted = await scene.admin.post(PROVIDERS, _wanted(scene.provider, slug="x", issuer="https://login.example"))
    assert [{"/issuer"}, {"/slug"}, {"/issuer"}] == [each.fields for each in (moved, taken, unlisted)]


async def test_a_new_master_key_opens_the_secret(scene: Scene) -> None:
    """Rotating the envelope wraps the providers' secrets anew as well."""
    former = scene.services.config.master_key_bytes
    master = MasterKey(b"n" * 32, former)
    await rewrap_all(scene.services.database, master, Trail(role="operator"), clock=scene.clock)
    async with scene.services.database.transaction() as tx:
        (row,) = await sign_in_providers.list_providers(tx)
    assert SECRET == secret_of(MasterKey(b"n" * 32), row)


async def test_the_sign_in_page_offers_the_providers(scene: Scene) -> None:
    """A button for each provider that may be used, leading on to the page that was wanted; none for a disabled one."""
    async with scene.client.get("/sign-in", params={"next": "/shares?page=2"}) as response:
        text = await response.text()
    assert 'href="/sign-in/with/corp?next=%2Fshares%3Fpage%3D2"' in text
    assert "公司统一登录" in text
    assert "/sign-in/with/wecom" not in text
    (await scene.admin.call("PUT", f"{PROVIDERS}/corp", json=_change(scene, enabled=False))).ok  # noqa: B018  # must succeed
    async with scene.client.get("/sign-in") as response:
        assert "/sign-in/with/" not in await response.text()


async def test_a_refused_return_is_a_page_that_leads_back(scene: Scene) -> None:
    """Whoever was refused reads why in words, and finds the way in again."""
    path = "/sign-in/with/corp/callback?state=x&code=y"
    async with scene.client.get(path, headers={"Accept": "text/html", "Accept-Language": "zh-CN"}) as response:
        text = await response.text()
    assert 403 == response.status
    assert "统一登录未成功" in text
    assert 'class="button" href="/sign-in"' in text


async def _map(scene: Scene, **changes: Any) -> None:
    path = "/people/directories/corp"
    body = {
        "revision": (await scene.admin.get(path)).ok["mapping"]["revision"],
        "role_claim": "groups",
        "department_claim": "department",
        "lines": [
            {"kind": "claim", "value": "gone", "role": "left"},
            {"kind": "claim", "value": "review", "role": "reviewer"},
            {"kind": "claim", "value": "sales", "role": "marketer"},
        ],
        "reason": "按组授权",
        **changes,
    }
    assert 200 == (await scene.admin.call("PUT", f"{path}/mapping", json=body)).status


async def _account(scene: Scene, login: str) -> dict[str, Any] | None:
    found = (await scene.admin.get("/people/accounts")).ok["items"]
    return next((each for each in found if each["login"] == login), None)


async def test_claims_make_an_account_and_give_it_its_role(scene: Scene) -> None:
    """Who fits a line of the mapping gets an account with role and department, and the next claims change them."""
    await _map(scene)
    scene.provider.person = "u-3003"
    scene.provider.claims.update({"preferred_username": "he.yun", "name": "何云"})
    for groups in ([], ["others"], "review"[:3]):
        scene.provider.claims.update({"groups": groups, "department": "访客"})
        assert 403 == (await scene.sign_in())[0]
    async with scene.services.database.transaction() as tx:
        assert "访客" not in {each.name for each in await all_departments(tx)}
    for groups, department, role in ((["sales"], "华东", "marketer"), ("review", "合规", "reviewer")):
        scene.provider.claims.update({"groups": groups, "department": department})
        assert 303 == (await scene.sign_in())[0]
        made = await _account(scene, "he.yun")
        assert made is not None
        assert ("何云", role, department) == (made["name"], made["role"], made["department"])


async def test_claims_that_say_somebody_left_shut_them_out(scene: Scene) -> None:
    """Their other sessions end at once, and nothing but the claims brings them back."""
    await _map(scene)
    scene.provider.person = "u-3003"
    scene.provider.claims.update({"preferred_username": "he.yun", "groups": ["sales"]})
    assert 303 == (await scene.sign_in())[0]
    cookies = list(scene.client.session.cookie_jar)
    scene.client.session.cookie_jar.clear()
    scene.provider.claims["groups"] = ["sales", "gone"]
    assert 403 == (await scene.sign_in())[0]
    scene.client.session.cookie_jar.update_cookies({each.key: each for each in cookies})
    assert 401 == await scene.me()
    scene.provider.claims["groups"] = ["sales"]
    assert 303 == (await scene.sign_in())[0]


async def test_a_token_without_the_claim_changes_nothing(scene: Scene) -> None:
    """A claim that is not there is no claim that nothing fits; a mapping has to say which one its lines are about."""
    await _map(scene)
    scene.provider.person = "u-3003"
    scene.provider.claims.update({"preferred_username": "he.yun", "groups": ["sales"]})
    assert 303 == (await scene.sign_in())[0]
    del scene.provider.claims["groups"]
    assert 303 == (await scene.sign_in())[0]
    shown = (await scene.admin.get("/people/directories/corp")).ok
    assert [("claim-missing", "groups")] == [(each["kind"], each["detail"]) for each in shown["differences"]]
    body = {"revision": 1, "lines": shown["mapping"]["lines"], "reason": "x"}
    assert {"/role_claim"} == (await scene.admin.call("PUT", "/people/directories/corp/mapping", json=body)).fields


async def test_claims_leave_alone_what_people_set(scene: Scene) -> None:
    """An account that was there before keeps its role, and needs no line."""
    await _map(scene)
    scene.provider.claims["groups"] = ["review"]
    for _ in range(2):
        assert 303 == (await scene.sign_in())[0]
    before = await _account(scene, "lin.xiao")
    assert before is not None
    assert "marketer" == before["role"]
    (differing,) = (await scene.admin.get("/people/directories/corp")).ok["differences"]
    assert ("role-kept", "reviewer") == (differing["kind"], differing["detail"])
