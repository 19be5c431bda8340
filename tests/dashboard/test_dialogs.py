"""Every dialog is one that asks before what was typed in it is thrown away: there is one way to open any."""

from crm_data.settings import ROOT


def test_no_dialog_is_opened_past_the_one_that_asks() -> None:
    files = [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    opens = [
        str(file.relative_to(ROOT)) for file in files if "@st.dialog(" in file.read_text(encoding="utf-8")
    ]
    assert opens == ["dashboard/parts/dialog.py"]
