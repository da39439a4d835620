# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which field, button and link is taken, and when the choice is left to a person."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.html_page import read_page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.page_choice import (
    Labels,
    code_fields,
    downloads,
    label_of,
    submit_buttons,
)

FIELDS = {
    "<input name=a><label>Code de retrait 1<input name=b></label>": ["b"],
    "<input name=code_de_retrait_1>": ["code_de_retrait_1"],
    "<input name=codeDeRetrait>": ["codeDeRetrait"],
    "<label>CODE DE  RETRAIT n° 1 :<input name=b></label>": ["b"],
    "<label>Votre code de retrait<input name=b></label>": [],
    "<input type=hidden name=code_de_retrait>": [],
    "<input type=checkbox name=code_de_retrait>": [],
    "<label>Code de retrait<input></label>": [],
    "<p>Code de retrait 1<input name=a><p>Code de retrait 2<input name=b>": ["a", "b"],
    "<p>Code de retrait<input name=a><p>Code de retrait 2<input name=b>": ["a"],
}


@pytest.mark.parametrize(("body", "names"), FIELDS.items())
def test_the_field_is_found_by_how_its_label_or_name_begins(body: str, names: list[str]) -> None:
    page = read_page(f"<form>{body}</form>".encode())
    assert [found.field.name for found in code_fields(page, Labels())] == names


def test_the_first_button_sends_unless_another_is_named() -> None:
    (form,) = read_page(b"<form><button>Annuler</button><button>Envoyer le code</button></form>").forms
    assert submit_buttons(form, Labels())[0].label == "Annuler"
    assert [button.label for button in submit_buttons(form, Labels(submit="envoyer"))] == ["Envoyer le code"]
    assert submit_buttons(form, Labels(submit="Valider")) == []


DOWNLOADS = {
    "<a href=x>Télécharger</a>": ["Télécharger"],
    "<a href=x>télécharger votre certificat</a><a href=x>TELECHARGER</a>": ["télécharger votre certificat"],
    "<form><button>Download</button></form>": ["Download"],
    "<a href=x>Aide</a>": [],
    "<a href=/a/b.P12?c=d>ici</a><a href=x>Télécharger Acrobat</a>": ["ici"],
    "<a href=a.p12>ici</a><a href=b.p12>là</a>": [],
    "<a href=a>Télécharger</a><a href=b>Télécharger Acrobat</a>": ["Télécharger"],
    "<a href=a>Télécharger A</a><form><button>Télécharger B</button></form>": ["Télécharger A", "Télécharger B"],
    "<a href='https://['>Télécharger</a>": ["Télécharger"],
}


@pytest.mark.parametrize(("body", "labels"), DOWNLOADS.items())
def test_the_download_is_found_by_its_file_or_its_label(body: str, labels: list[str]) -> None:
    assert [label_of(found) for found in downloads(read_page(body.encode()), Labels())] == labels


def test_a_named_download_counts_more_than_a_file() -> None:
    page = read_page(b"<a href=a.p12>x</a><a href=b>Obtenir le fichier</a>")
    assert [label_of(found) for found in downloads(page, Labels(download="obtenir"))] == ["Obtenir le fichier"]
