"""The page in a real browser: it renders, hovering, zooming and the keyboard work, and nothing leaves it."""

import json
import re

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from utrap_show.timeline import read_timeline
from utrap_show.timeline.page import html
from utrap_show.timeline.picture import svg

EVENTS = 16


@pytest.fixture(scope="session")
def files(uart, tmp_path_factory):
    """The page and the picture of the guest's UART access."""
    folder = tmp_path_factory.mktemp("pages")
    timeline = read_timeline(uart.path, "A guest reads a UART")
    (folder / "uart.html").write_text(html(timeline))
    (folder / "uart.svg").write_text(svg(timeline))
    return folder


def drain(browser):
    """What the browser has logged since the last time: its console, and the addresses it asked for."""
    asked = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
            asked.append(message["params"].get("request", message["params"])["url"])
    return browser.get_log("browser"), asked


@pytest.fixture
def page(browser, files):
    """The page, newly opened; afterwards its console is empty, and it has asked for nothing but itself."""
    drain(browser)
    address = (files / "uart.html").as_uri()
    browser.get(address)
    # It opens with the whole timeline in the window, which is wider.
    fits = "const s = document.getElementById('scroll'); return s.scrollWidth <= s.clientWidth"
    assert browser.execute_script(fits)
    browser.execute_script("document.getElementById('reset').click()")
    assert not browser.execute_script(fits)
    yield browser
    console, asked = drain(browser)
    assert console == []
    assert {url for url in asked if not url.startswith("data:")} == {address}


def key(page, *keys):
    ActionChains(page).send_keys(*keys).perform()


def card(page):
    element = page.find_element(By.ID, "card")
    return element.text if element.is_displayed() else None


def scale(page):
    return int(page.find_element(By.ID, "scale").text.removesuffix(" %"))


def event(page, number):
    return page.find_element(By.CSS_SELECTOR, f".event[data-number='{number}']")


def place(page, number):
    return page.execute_script("return arguments[0].getBoundingClientRect().x", event(page, number))


def test_it_renders_every_event_the_waveforms_and_the_table(page):
    assert page.title == "A guest reads a UART: timeline"
    assert len(page.find_elements(By.CSS_SELECTOR, "#plot .event")) == EVENTS
    assert len(page.find_elements(By.CSS_SELECTOR, "#events tbody tr")) == EVENTS
    lanes = [text.text for text in page.find_elements(By.CSS_SELECTOR, "svg.names .name")]
    assert lanes == ["M", "HS", "U", "VS", "VU"]
    signals = [wave.get_attribute("data-signal") for wave in page.find_elements(By.CSS_SELECTOR, ".wave")]
    assert signals == ["mode", "trace_kind", "trace_cause", "interrupt_request", "mepc", "sepc", "vsepc", "uepc"]
    values = [text.text for text in page.find_elements(By.CSS_SELECTOR, ".wave[data-signal=mode] text")]
    assert values[:4] == ["M", "HS", "VS", "U"]
    first = page.find_element(By.CSS_SELECTOR, ".event .label text")
    assert first.text == "MRET"
    assert first.size["width"] > 20


def test_the_shown_words_touch_nothing_as_the_browser_draws_them(page):
    for _ in range(4):
        assert page.execute_script(TOUCHING) == []
        key(page, "-")


#: Pairs of words, and words that an arrow goes through; boxes as they are drawn.
TOUCHING = """
  const box = (e) => e.getBoundingClientRect();
  const isShown = (e) => e.getAttribute("visibility") !== "hidden";
  const shown = [...document.querySelectorAll(".event .label")].filter(isShown);
  const things = [...document.querySelectorAll(".event > .arrow")].map((e) => [e, box(e)]);
  const found = [];
  shown.forEach((label, number) => {
    const one = box(label);
    const others = shown.slice(number + 1).map((e) => [e, box(e)]);
    for (const [other, two] of [...others, ...things.filter(([e]) => e.parentNode !== label.parentNode)])
      if (one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom)
        found.push(label.textContent.trim() + " / " + (other.textContent || "arrow").trim());
  });
  return found;
"""


def test_the_check_for_touching_words_sees_them(page):
    page.execute_script(
        "arguments[0].querySelector('.label').setAttribute('transform', 'translate(-40 0)')", event(page, 3)
    )
    assert page.execute_script(TOUCHING) != []


def test_hovering_shows_the_details_and_leaving_hides_them(page):
    assert card(page) is None
    ActionChains(page).move_to_element(event(page, 2).find_element(By.CSS_SELECTOR, ".tail")).perform()
    details = card(page)
    for text in (
        "load guest-page fault",
        "VS",
        "exception 21",
        "36, 365 ns",
        "0xffffc005",
        "0x10000004",
        "hustatus.UPV",
    ):
        assert text in details
    assert "those of tval, 01" in details
    assert re.search(r"uepc\s+0x0 \u2192 0xffff9010\s", details)
    assert re.search(r"hustatus\.UPV\s+0 \u2192 1\s", details)
    ActionChains(page).move_to_element(page.find_element(By.TAG_NAME, "h1")).perform()
    assert card(page) is None


def test_the_wheel_zooms_about_the_pointer(page):
    scroll = page.find_element(By.ID, "scroll")
    origin = ScrollOrigin.from_element(event(page, 3).find_element(By.CSS_SELECTOR, ".tail"))
    before, old = place(page, 3), scale(page)
    ActionChains(page).scroll_from_origin(origin, 0, -200).perform()
    assert scale(page) > old + 20
    assert place(page, 3) == pytest.approx(before, abs=3)
    assert place(page, 6) - place(page, 3) > 1.2 * (place(page, 3) - place(page, 2)) > 0
    ActionChains(page).scroll_from_origin(ScrollOrigin.from_element(scroll), 0, 400).perform()
    assert scale(page) < old
    page.execute_async_script("setTimeout(arguments[0], 300)")  # scrolling, if there were any, is smooth
    assert page.execute_script("return scrollY") == 0


def test_the_buttons_zoom(page):
    wide = place(page, 5) - place(page, 4)
    page.find_element(By.ID, "in").click()
    assert (scale(page), place(page, 5) - place(page, 4)) == (125, pytest.approx(1.25 * wide, rel=0.01))
    page.find_element(By.ID, "reset").click()
    page.find_element(By.ID, "out").click()
    assert scale(page) == 80
    page.find_element(By.ID, "whole").click()
    scroll = page.find_element(By.ID, "scroll")
    assert page.execute_script("return arguments[0].scrollWidth <= arguments[0].clientWidth", scroll)
    assert place(page, EVENTS - 1) < scroll.rect["x"] + scroll.rect["width"]


def test_waveforms_and_words_follow_the_zoom(page):
    """Words that would touch the next arrow go, and come back."""

    def hidden():
        labels = page.find_elements(By.CSS_SELECTOR, ".event .label[visibility=hidden]")
        values = page.find_elements(By.CSS_SELECTOR, ".value-text[visibility=hidden]")
        return len(labels), len(values)

    labels, values = hidden()
    assert labels == 0
    for _ in range(5):
        key(page, "-")
    assert hidden()[0] > 3
    assert hidden()[1] > values
    edge = "return document.querySelector(arguments[0]).getBoundingClientRect()[arguments[1]]"
    end_of_mode = page.execute_script(edge, ".wave[data-signal=mode] rect", "right")
    assert end_of_mode == pytest.approx(page.execute_script(edge, ".event .arrow", "x"), abs=2)
    key(page, "0")
    assert hidden() == (0, values)


def test_the_keyboard_moves_between_events_and_says_them(page):
    key(page, Keys.ARROW_RIGHT)
    assert "MRET" in card(page)
    key(page, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert "load guest-page fault" in card(page)
    focused = page.switch_to.active_element
    assert focused.get_attribute("data-number") == "2"
    assert focused.get_attribute("role") == "button"
    assert focused.get_attribute("aria-label") == (
        "cycle 36: load guest-page fault, VS to U, epc 0xffff9010, tval 0xffffc005, GPA 0x10000004, vector 0x400000"
    )
    assert "selected" in page.find_elements(By.CSS_SELECTOR, "#events tbody tr")[2].get_attribute("class")
    key(page, Keys.ARROW_LEFT)
    assert card(page).startswith("SRET")
    key(page, Keys.END)
    assert card(page).startswith("ecall from VS")
    scroll = page.find_element(By.ID, "scroll").rect
    assert scroll["x"] < place(page, EVENTS - 1) < scroll["x"] + scroll["width"]
    key(page, Keys.ARROW_RIGHT)
    assert card(page).startswith("ecall from VS")
    key(page, Keys.HOME)
    assert card(page).startswith("MRET")
    key(page, Keys.ESCAPE)
    assert card(page) is None
    assert page.find_elements(By.CSS_SELECTOR, ".selected") == []


def test_the_keyboard_zooms_and_helps(page):
    key(page, "+")
    assert scale(page) == 125
    key(page, "-", "-")
    assert scale(page) == 80
    key(page, "0")
    assert scale(page) == 100
    key(page, "f")
    assert scale(page) < 100
    dialog = page.find_element(By.ID, "keys")
    assert not dialog.is_displayed()
    key(page, "?")
    assert dialog.is_displayed()
    assert "the whole timeline" in dialog.text
    key(page, Keys.ESCAPE)
    assert not dialog.is_displayed()


def test_the_tab_key_reaches_the_tools_and_one_event(page):
    reached = []
    for _ in range(8):
        key(page, Keys.TAB)
        element = page.switch_to.active_element
        reached.append(element.get_attribute("id") or element.get_attribute("data-number"))
    assert reached[:6] == ["out", "in", "whole", "reset", "help", "0"]


def test_a_row_of_the_table_selects_its_event(page):
    page.find_elements(By.CSS_SELECTOR, "#events tbody tr")[4].click()
    assert "selected" in event(page, 4).get_attribute("class")
    assert "store guest-page fault" in card(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_the_paper(page, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    names = [f".names .{mode} .name" for mode in ("M", "S", "U", "VS", "VU")]
    for selector in (*names, ".names .what", ".event.exception .label text", ".event.return .label text", "td.saved"):
        assert page.execute_script(CONTRAST, selector) >= 4.5, selector
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


#: The contrast of an element's text against the card, as WCAG 2 defines it.
CONTRAST = """
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => {
    const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(channel);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const element = document.querySelector(arguments[0]), style = getComputedStyle(element);
  const ink = light(element instanceof SVGElement ? style.fill : style.color);
  const paper = light(getComputedStyle(document.querySelector(".card")).backgroundColor);
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
"""


def test_the_page_reads_without_its_script(browser, files):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get((files / "uart.html").as_uri())
        assert len(browser.find_elements(By.CSS_SELECTOR, "#events tbody tr")) == EVENTS
        assert browser.find_element(By.CSS_SELECTOR, ".event .label text").text == "MRET"
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_the_picture_alone_is_drawn_by_the_browser_too(browser, files):
    drain(browser)
    browser.get((files / "uart.svg").as_uri())
    texts = [text.text for text in browser.find_elements(By.CSS_SELECTOR, ".label text")]
    assert "GPA 0x10000004" in texts
    assert browser.execute_script(TOUCHING) == []
    console, asked = drain(browser)
    assert (console, asked) == ([], [(files / "uart.svg").as_uri()])


def test_the_check_for_requests_sees_one(browser, tmp_path):
    (tmp_path / "leaky.html").write_text(
        "<link rel=icon href='data:,'><script>new Image().src = 'http://127.0.0.1:9/'; x()</script>"
    )
    drain(browser)
    browser.get((tmp_path / "leaky.html").as_uri())
    console, asked = drain(browser)
    assert "http://127.0.0.1:9/" in asked
    assert any("x is not defined" in entry["message"] for entry in console)


def test_a_page_of_thousands_of_events_draws_some_and_says_so(browser, small, tmp_path):
    from .conftest import NOTHING, RETURN, TRAP

    path = small([{}] + [TRAP, NOTHING, RETURN, NOTHING] * 1000)
    (tmp_path / "many.html").write_text(html(read_timeline(path)))
    browser.get((tmp_path / "many.html").as_uri())
    assert len(browser.find_elements(By.CSS_SELECTOR, ".event")) == 200
    assert "first 200 of 2,000 events" in browser.find_element(By.CSS_SELECTOR, "p.note").text
    key(browser, Keys.END)
    assert "cycle" in card(browser)
