"""Build → Agents: writing, being told what is wrong and where, publishing."""

from playwright.sync_api import expect

from tests.browser.conftest import Enter, Site


def test_a_new_agent_is_written_mended_and_published(site: Site, enter: Enter) -> None:
    page = enter(site.account()).go("/agents/")
    page.get_by_role("link", name="Make the first").click()
    page.get_by_label("Name").fill("Night desk")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("h1")).to_have_text("Night desk")
    expect(page.get_by_text("Nothing is published yet")).to_be_visible()
    source = page.get_by_label("Definition (YAML)")
    text = source.input_value()
    assert "name: " in text
    source.fill(text.replace("end_silence_s: 0.7", "end_silence_s: 70"))
    page.get_by_role("button", name="Save draft").click()
    line = text[: text.index("end_silence_s")].count("\n") + 1
    expect(page.get_by_role("alert")).to_contain_text("should be at most 3")
    page.get_by_role("button", name=f"Line {line}").click()
    chosen = page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)")
    assert chosen.strip() == "end_silence_s: 70"
    source.fill(text)
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Version 1 answers calls.")).to_be_visible()
    page.get_by_role("link", name="Version 1").click()
    expect(page.locator("pre")).to_contain_text("end_silence_s: 0.7")


def test_an_agent_that_needs_an_engine_is_told_so(site: Site, enter: Enter) -> None:
    account_id = site.account()
    agent = site.logger(account_id).agent("thinker", "llm-reception")
    page = enter(account_id).go(f"/agents/{agent}/")
    expect(page.get_by_text("An LLM agent needs a language model.")).to_be_visible()


def test_an_engine_is_added_without_showing_its_key_again(site: Site, enter: Enter) -> None:
    page = enter(site.account()).go("/settings/engines/")
    page.get_by_label("Name").fill("house-llm")
    page.get_by_label("What it does").select_option("llm")
    page.get_by_label("Address").fill("http://models.example.com/v1")
    page.get_by_label("Key", exact=True).fill("sk-canary")
    page.get_by_role("button", name="Add engine").click()
    expect(page.get_by_role("alert")).to_contain_text("https://")
    page.get_by_label("Address").fill("https://models.example.com/v1")
    page.get_by_label("Key", exact=True).fill("sk-canary")
    page.get_by_role("button", name="Add engine").click()
    expect(page.get_by_role("cell", name="house-llm", exact=True)).to_be_visible()
    assert "sk-canary" not in page.content()
