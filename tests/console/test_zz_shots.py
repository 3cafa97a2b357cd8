import sys
from pathlib import Path
import pytest
from audio_services import audio_services_in, make_tone_file
from console_client import ConsoleApp
from plan_section import PlanSection, serve_console
from records.users import profile, sessions
from routing.access.permissions import Role
from console.guard import SESSION_COOKIE_KEY


def test_shots(database, tmp_path):
    console = ConsoleApp(database, audio_services_in(tmp_path)) if False else None
    from browser import chromium
    import inspect

    sig = inspect.signature(ConsoleApp.__init__).parameters
    kw = {k: audio_services_in(tmp_path) for k in ("desk", "audio_services") if k in sig}
    console = ConsoleApp(database, **kw)
    PlanSection(console, tmp_path)
    staff = console.sign_in(Role.ADMINISTRATOR)
    with make_tone_file(tmp_path / "t.wav").open("rb") as f:
        d = staff.post("/message/upload", {"file": f}).location
    with serve_console(console) as url, chromium() as browser:
        for lang, scheme, paths in (
            ("fr", "light", ["/message", d, "/plan", "/people", "/own"]),
            ("en", "dark", ["/message", d, "/plan/menu/main", "/plan/call", "/changes", "/message/embargo"]),
        ):
            profile.set_preferences(console.database, staff.account.actor, language=lang, shortcuts=True)
            ctx = browser.new_context(color_scheme=scheme, viewport={"width": 1100, "height": 900})
            ctx.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": url}])
            page = ctx.new_page()
            for p in paths:
                page.goto(url + p)
                page.screenshot(path=f"/tmp/shots/{lang}{p.replace('/', '_')}.png", full_page=False)
            if lang == "en":
                page.goto(url + "/plan/menu/main")
                page.fill("#tries", "99") if page.query_selector("#tries") else None
                page.click("p.actions button[value=review]")
                page.screenshot(path="/tmp/shots/en_error.png")
            ctx.close()
