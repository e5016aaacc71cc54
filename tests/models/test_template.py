"""The standard template, expanded, against the figures in its own head and against bad input."""

import time
from graphlib import TopologicalSorter

import pytest
from sqlmodel import Session, select

from models.assignment import Assignment
from models.dependency import Dependency
from models.errors import NothingToUndo, Refused
from models.record import create, delete
from models.store import Store, open_store
from models.task import Task
from models.template import expand, parse_template, plan_of, read_template, task_id

NESTING = read_template("nesting")
MACHINES = ["Plasma 1 - Burny 10", "Laser 2 - Fanuc 31i-L", "Punch 3", "Plasma 4", "Laser 5", "Punch 6", "Router 7",
            "Oxy 8"]  # fmt: skip
INTEGRATIONS, SHIFTS = ["ERP work orders", "SolidWorks parts", "Stock list"], ["Day", "Night", "Weekend"]
ONE, THREE, EIGHT = (
    {"machine": MACHINES[:m], "integration": INTEGRATIONS[:i], "shift": SHIFTS[:i]}
    for m, i in ((1, 1), (3, 2), (8, 3))
)


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def order(store: Store, parameters=THREE, **values) -> str:
    project = store.transact("New", create, "project", name="Harlan Fab", **values).result
    store.transact("Apply template", expand, project.id, NESTING, parameters)
    return project.id


def rows(store: Store, kind, **values) -> list:
    with Session(store._engine) as session:
        found = session.exec(select(kind)).all()
    return [row for row in found if all(getattr(row, n) == v for n, v in values.items())]


def test_the_file_holds_what_its_head_says():
    steps = NESTING.steps.values()
    assert len(NESTING.phases) == 10
    assert len(NESTING.gates) == 8
    assert len(steps) == 65
    assert (
        sum(step.key.startswith("T") for step in steps) == 57
    )  # T38, a milestone per machine, is one of them
    assert sum(step.milestone for step in steps) == 9
    assert sum(len(step.links) for step in steps) == 90
    assert sum(len(step.checks) for step in steps) == 103


@pytest.mark.parametrize(("parameters", "tasks"), [(ONE, 65), (THREE, 86), (EIGHT, 131)])
def test_it_makes_as_many_tasks_as_its_head_says_phases_not_counted(parameters, tasks):
    assert sum(map(len, plan_of(NESTING, parameters).nodes.values())) == tasks


def test_with_one_of_each_the_links_are_those_of_the_file():
    links = plan_of(NESTING, ONE).links
    assert len(links) == 90
    assert {(a[0], b[0], type, lag) for (a, b, type), lag in links.items()} == {
        (link.on, step.key, link.type, link.lag) for step in NESTING.steps.values() for link in step.links
    }


@pytest.mark.parametrize("parameters", [ONE, THREE, EIGHT])
def test_every_link_of_the_file_is_there_for_every_item_and_there_is_no_circle(parameters):
    links = plan_of(NESTING, parameters).links
    size = {"": 1, **{key: len(items) for key, items in parameters.items()}}
    expected = 0
    for step in NESTING.steps.values():
        for link in step.links:
            before = NESTING.steps[link.on].repeat
            expected += size[step.repeat] if before == step.repeat else size[step.repeat] * size[before]
        expected += size[step.repeat] - 1 if step.chain else 0
    assert len(links) == expected
    before: dict = {}
    for start, end, _ in links:
        before.setdefault(end, set()).add(start)
    TopologicalSorter(before).prepare()


def test_machines_go_item_to_item_and_one_crew_takes_them_in_turn():
    links = plan_of(NESTING, THREE).links
    built = {(a, b) for a, b, _ in links if b[0] == "T22"}
    assert (("T13", "Laser 2"), ("T22", "Laser 2")) in built
    assert (("T13", "Plasma 1"), ("T22", "Laser 2")) not in built
    assert (("T22", "Plasma 1"), ("T22", "Laser 2")) in built
    assert {a for a, b, _ in links if b == ("T41", "Night")} == {
        ("T36", "Plasma 1"), ("T36", "Laser 2"), ("T36", "Punch 3"), ("T41", "Day"),
    }  # fmt: skip


def test_without_integrations_the_links_pass_through_them():
    links = plan_of(NESTING, {**ONE, "integration": []}).links
    assert not [1 for a, b, _ in links if a[0] in ("T15", "T25", "T26", "T34")]
    assert (("T31", ""), ("M4", ""), "FS") in links
    assert links[("T12", ""), ("T28", ""), "SS"] == 0


def test_a_project_gets_phases_with_their_tasks_in_the_order_of_the_template(store):
    project = order(store)
    tops = sorted(rows(store, Task, parent_id=None), key=lambda t: t.rank)
    assert [t.name for t in tops] == [p.name for p in NESTING.phases]
    assert {t.duration_minutes for t in tops} == {None}
    below = sorted(rows(store, Task, parent_id=tops[3].id), key=lambda t: t.rank)
    assert [t.name for t in below][:3] == [
        "Issue licences incl. offline/emergency key", "Build post-processor · Plasma 1",
        "Build post-processor · Laser 2",
    ]  # fmt: skip
    assert len(rows(store, Task, project_id=project)) == 96
    assert len(rows(store, Task, milestone=1)) == 11
    assert len(rows(store, Dependency, project_id=project)) == len(plan_of(NESTING, THREE).links)


def test_days_are_those_of_the_project(store):
    order(store, ONE, minutes_per_day=450)
    [build] = rows(store, Task, name="Build post-processor · Plasma 1")
    assert build.duration_minutes == 5 * 450
    assert {d.lag for d in rows(store, Dependency)} == {0, 450, 2 * 450, 4 * 450, 9 * 450}


def test_what_the_client_may_see_and_what_a_task_needs_to_know(store):
    order(store)
    [handover] = rows(store, Task, name="Sales-to-delivery handover meeting")
    [survey] = rows(store, Task, name="Site survey - machine · Plasma 1")
    assert (handover.visibility, survey.visibility) == ("internal", "client")
    assert survey.notes.startswith(
        "Plasma 1 - Burny 10 · Application engineer · on site\nResults: Machine sheet\n"
    )
    assert "- controller and firmware" in survey.notes
    assert "Gate G2 needs:\n- survey report accepted" in rows(store, Task, name="Site ready")[0].notes


def test_a_role_is_the_member_who_has_it_alone(store):
    ines = store.transact("New", create, "member", name="Ines Moreau", role="project manager").result
    for name in ("Anna", "Bo"):
        store.transact("New", create, "member", name=name, role="Trainer")
    order(store, ONE)
    given = rows(store, Assignment)
    assert {a.member_id for a in given} == {ines.id}
    assert len(given) == sum(s.role == "pm" and not s.milestone for s in NESTING.steps.values())
    [kickoff] = rows(store, Task, name="Kickoff meeting")
    assert kickoff.notes.startswith("on site or remote")


def test_two_laptops_make_one_plan(tmp_path):
    made = []
    for laptop in ("ines", "tomas"):
        store = open_store(tmp_path / laptop)
        store.transact("New", create, "member", id="m1", name="Ines Moreau", role="Project manager")
        order(store, THREE, id="p1")
        made.append([
            sorted(r.model_dump_json() for r in rows(store, kind)) for kind in (Task, Dependency, Assignment)
        ])  # fmt: skip
        store.close()
    assert made[0] == made[1]
    assert task_id("p1", NESTING, "T22", "Laser 2") in str(made[0])


def test_it_is_one_operation_and_undo_takes_it_back(store):
    order(store)
    assert store.undo().label == "Apply template"
    assert not [t for t in rows(store, Task) if t.deleted_at is None]
    store.undo()
    with pytest.raises(NothingToUndo):
        store.undo()


def test_once_taken_back_it_can_be_expanded_with_other_parameters(store):
    project = order(store, ONE)
    store.undo()
    store.transact("Apply template", expand, project, NESTING, EIGHT)
    assert len(rows(store, Task)) == 141


def test_it_comes_after_what_the_project_has(store):
    project = store.transact("New", create, "project", name="Harlan Fab").result
    store.transact("New", create, "task", project_id=project.id, name="Call Rita")
    store.transact("Apply template", expand, project.id, NESTING, ONE)
    tops = sorted(rows(store, Task, parent_id=None), key=lambda t: t.rank)
    assert tops[0].name == "Call Rita"
    assert len(tops) == 11


def test_the_largest_takes_less_than_a_second(store):
    project = store.transact("New", create, "project", name="Harlan Fab").result
    begin = time.process_time()
    store.transact("Apply template", expand, project.id, NESTING, EIGHT)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"machine": []}, "CAD/ERP integrations in scope? Give integration, such as ERP work-order import"),
        ({**ONE, "robot": ["R1"]}, "no parameter “robot”. It has: machine, integration, shift"),
        ({**ONE, "machine": ["Plasma - A", "Plasma - B"]}, "“Plasma” is there twice"),
        ({**ONE, "shift": [" - Night"]}, "has no name"),
    ],
)
def test_wrong_parameters_are_refused_and_nothing_is_written(store, parameters, words):
    project = store.transact("New", create, "project", name="Harlan Fab").result
    with pytest.raises(Refused, match=words.replace("?", r"\?")):
        store.transact("Apply template", expand, project.id, NESTING, parameters)
    assert rows(store, Task) == []


def test_twice_is_refused_also_when_the_first_lies_in_the_bin(store):
    project = order(store, ONE)
    with pytest.raises(Refused, match="has NEST-STD already"):
        store.transact("Apply template", expand, project, NESTING, THREE)
    for phase in NESTING.phases:
        store.transact("Delete", delete, "task", task_id(project, NESTING, phase.key))
    with pytest.raises(Refused, match="recycle bin"):
        store.transact("Apply template", expand, project, NESTING, ONE)


def test_a_template_is_found_by_file_or_key_and_an_unknown_one_names_those_there_are():
    assert read_template("NEST-STD") == NESTING
    with pytest.raises(Refused, match=r"no template “robot”. There are: nesting"):
        read_template("robot")


BAD = """schema = 1
key = "BAD"
name = "Bad"
[parameters.machine]
ask = "Machines"
[[phases]]
id = "P0"
name = "Only"
[[phases.tasks]]
id = "T1"
name = "First"
dur = 1
[[phases.tasks]]
id = "T2"
name = "Second"
dur = 1
deps = [{ on = "T1" }]
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("schema = 1", "schema = 9", "schema 9 is unknown"),
        ('name = "Second"\n', "", "'name' is missing"),
        ('id = "T2"', 'id = "T1"', "T1 is there twice"),
        ('on = "T1"', 'on = "T9"', "waits for T9, which is not there"),
        ('on = "T1"', 'on = "T2"', "close a circle: T2 → T2"),
        ('on = "T1"', 'on = "T1", type = "AB"', "type “AB”. Write one of FS"),
        ('on = "T1"', 'on = "T1", lag = "soon"', "lag of 'soon'"),
        ("dur = 1", "dur = -1", "lasts -1"),
        ("dur = 1", 'dur = 1\nrepeat = "robot"', "“robot”, which is no parameter"),
        ("dur = 1", 'dur = 1\nrole = "cook"', "“cook”, which is no role"),
        ("dur = 1", 'dur = 1\ngate = "G9"', "gate “G9”, which is not there"),
        ("dur = 1", 'dur = 1\nvis = "all"', "vis “all”"),
        ("[parameters.machine]", "[parameters.machine", "is not a template"),
        ('ask = "Machines"', "ask = 1\n[roles]\npm = 3", "is not a template"),
    ],
)
def test_a_bad_template_is_refused_in_words(old, new, words):
    assert parse_template(BAD).steps["T2"].links[0].on == "T1"
    with pytest.raises(Refused, match=words):
        parse_template(BAD.replace(old, new, 1), "bad.toml")
