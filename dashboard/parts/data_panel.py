"""The company's data to download: every kind of record as a file, and all of it as one."""

import streamlit as st

from crm_data import Query, Workspace
from crm_data.transfer.sealed import SHORTEST
from dashboard import session
from dashboard.parts import say
from dashboard.parts.acts import refusal, show_refusal
from dashboard.parts.exporting import export_button
from dashboard.parts.proof import passphrase
from dashboard.web import secrets_held


def data_panel(my: Workspace) -> None:
    """An export of each kind of record, archived ones apart."""
    st.caption("Each file holds every record of its kind, as spreadsheets and this product read it.")
    st.link_button(
        "Download all of the company's data",
        "/export/company.zip",
        icon=":material/folder_zip:",
        type="primary",
        help="A ZIP of CSV files: every record, members, stage history, the log of changes, and how they link",
    )
    st.link_button(
        "Download the company as one file",
        "/export/company.foyer.zip",
        icon=":material/inventory_2:",
        help="Everything with its history, as a database that any SQLite tool opens; an installation's operator"
        " can bring it back as a company, here or elsewhere",
    )
    _encrypted()
    st.page_link(
        "../pages/history.py",
        label="What is archived, to be restored or erased for good",
        icon=":material/delete:",
        query_params={"tab": "trash"},
    )
    for name in my.kinds:
        records = my.records(name)
        if refusal(name):
            show_refusal(name)
        with st.container(horizontal=True, vertical_alignment="center"):
            count = records.count()
            st.text(say.count(count, name[:-1], name))
            export_button(my, records, Query(), count)


def _encrypted() -> None:
    """The same file under a passphrase, which never stands in an address."""
    with st.expander("Encrypt the one file with a passphrase"):
        secret = passphrase(
            "data.passphrase",
            "Passphrase",
            "Use this passphrase",
            "new-password",
            f"{SHORTEST} characters or more. Without it nobody opens the file, nobody here either.",
        )
        if len(secret.strip()) < SHORTEST:
            st.caption(f"With {SHORTEST} characters or more the file can be downloaded encrypted.")
            return
        sign = secrets_held.hold(session.signed(), secret)
        st.link_button(
            "Download the company as one encrypted file",
            f"/export/company.foyer.zip?sealed={sign}",
            icon=":material/lock:",
        )
