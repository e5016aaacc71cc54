"""The test of the test: each planted bug is caught by the battery, and without it the same script passes."""

import pytest

from tests.models.planted import PLANTS, caught
from tests.models.world import Script, play

# found by python -m tests.models.planted; the seed is the first random script that catches the bug
SCRIPTS: dict[str, Script] = {
    "acknowledged_unseen_gap": [
        ("multi", 1329563511),
        ("edit", 3667657306),
        ("push", 136893801),
        ("undo", 1556311079),
    ],  # seed 2
    "undo_makes_conflicts": [
        ("second_window", 4155553746),
        ("push", 1924014660),
        ("undo", 2367674807),
    ],  # seed 0
    "pull_over_pending": [
        ("second_window", 4155553746),
        ("colleague_multi", 2320500417),
        ("pull", 1653137829),
    ],  # seed 0
    "rejection_not_rebuilt": [
        ("second_window", 4155553746),
        ("push", 1924014660),
        ("pull", 1653137829),
    ],  # seed 0
    "withdrawal_after_sent": [
        ("second_window", 4155553746),
        ("push", 1924014660),
        ("undo", 2367674807),
    ],  # seed 0
    "row_level_base": [
        ("edit", 2183675157),
        ("colleague", 3343385571),
        ("pull", 127023494),
        ("edit", 186776492),
    ],  # seed 1
    "rebuild_raises_the_base": [
        ("second_window", 4155553746),
        ("colleague_multi", 2320500417),
        ("pull", 1653137829),
    ],  # seed 0
    "blind_undo": [
        ("colleague", 2584484726),
        ("edit", 2255988210),
        ("push", 842776239),
        ("pull", 2077665858),
        ("undo", 53784603),
    ],  # seed 6
    "sent_not_committed": [("second_window", 4155553746), ("push", 1924014660)],  # seed 0
    "no_effect_not_marked": [
        ("colleague", 2584484726),
        ("edit", 2255988210),
        ("push", 842776239),
        ("pull", 2077665858),
        ("undo", 53784603),
    ],  # seed 6
    "undo_splits_a_group": [
        ("colleague", 2814691777),
        ("edit", 583688410),
        ("undo", 3735136189),
        ("undo", 1322216305),
        ("sync", 3789117095),
        ("redo", 4075682615),
    ],  # seed 29
    "dependants_forgotten": [("edit", 2485498850), ("edit", 358645241), ("push", 3955348434)],  # seed 9
    "create_fills_the_servers_gaps": [
        ("colleague_shared", 1451255993),
        ("create_shared", 844054145),
        ("colleague_shared", 4046047430),
        ("pull", 2253577168),
    ],  # seed 5
    "idle_writes_kept": [
        ("colleague_multi", 2320500417),
        ("colleague_multi", 801997237),
        ("pull", 3965891272),
        ("edit", 4079209076),
    ],  # seed 0
    "echo_forgets_what_it_replaced": [
        ("second_window", 3015691613),
        ("create_shared", 848892378),
        ("create", 1474167116),
        ("colleague", 1146078969),
        ("edit", 3828824701),
        ("sync", 2527625726),
        ("undo", 408501755),
        ("undo", 2168629046),
    ],  # seed 8
    "cursor_apart_from_rows": [("newer_colleague", 3607634174), ("crash", 3012885302)],  # seed 7
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_bug_is_caught(name: str) -> None:
    play(SCRIPTS[name])
    with PLANTS[name]():
        assert caught(SCRIPTS[name])
