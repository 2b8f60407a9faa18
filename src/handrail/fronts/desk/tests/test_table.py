"""The sample table's screens: a kit, an intake, a strip, a statement, in few taps; nobody without the role sees any of it."""

import re
import uuid

import pytest
from django.urls import reverse

from handrail.fronts.desk import table
from handrail.services.drugchecking.bench import models, queries

from .desks import AT, send


@pytest.fixture
def bench(signed_in, add_worker):
    return signed_in(add_worker("tam", "technician", "chemist"))


def kits(client, site):
    page = send(client, "print-kits", site, {"sheets": "1"}).content.decode()
    return re.findall(r'class="bench">([A-Z]-\d+)<', page), re.findall(r'class="code">([0-9A-Z ]{17})<', page)


def take_in(client, site, **told):
    number = told.pop("bench", None) or kits(client, site)[0][0]
    answer = send(client, "take-in", site, {"bench": number, "kind": "drug", "expected": ["cocaine"]} | told)
    assert answer.status_code == 302, answer.content.decode()
    return uuid.UUID(answer.headers["Location"].partition("sample=")[2])


def on(client, name, site, sample_id, **told):
    path = reverse(f"desk:{name}", args=[site.id, sample_id])
    return client.post(path, {"id": str(uuid.uuid4()), "at": AT} | told)


def page(client, site, sample_id="") -> str:
    return " ".join(
        client.get(reverse("desk:table", args=[site.id]), {"sample": sample_id} if sample_id else {})
        .content.decode()
        .split()
    )


def test_path_from_kit_to_public_answer(bench, site, client) -> None:
    numbers, printed = kits(bench, site)
    assert len(numbers) == len(printed) == 12
    sample = take_in(bench, site, bench=numbers[0])
    assert numbers[0] in page(bench, site) and "expected: cocaine" in page(bench, site, sample)
    assert on(bench, "strip", site, sample, panel="fentanyl", picture="one-line").status_code == 302
    assert "A fentanyl strip reacted: fentanyl is likely there. Act as if it is." in page(bench, site, sample)
    assert "Send it for confirmation." in page(bench, site, sample)
    tests = str(models.BenchTest.objects.get().id)
    assert on(bench, "tell-sample", site, sample, how="slip", tests=tests).headers["Location"] == reverse(
        "desk:slip", args=[site.id, sample]
    )
    codes = [client.post("/results/en/", {"c1": code}).content.decode() for code in printed]
    assert sum("likely there" in answer for answer in codes) == 1 and not any(
        "Send it for confirmation" in answer for answer in codes
    )


@pytest.mark.scenario("drugchecking:1")
def test_no_page_of_the_table_holds_a_code_and_no_square_does(bench, site) -> None:
    numbers, printed = kits(bench, site)
    sample = take_in(bench, site, bench=numbers[0])
    on(bench, "strip", site, sample, panel="fentanyl", picture="one-line")
    on(bench, "tell-sample", site, sample, how="slip", tests=str(models.BenchTest.objects.get().id))
    for text in (
        page(bench, site),
        page(bench, site, sample),
        bench.get(reverse("desk:slip", args=[site.id, sample])).content.decode(),
    ):
        assert not any(code in text or code.replace(" ", "") in text for code in printed)
    assert numbers[0] not in bench.get(reverse("desk:slip", args=[site.id, sample])).content.decode()


def test_sheet_sent_twice_draws_no_second_code(bench, site) -> None:
    told = {"id": str(uuid.uuid4()), "sheets": "1"}
    assert "cannot be shown again" not in send(bench, "print-kits", site, told).content.decode().replace(
        "Once you leave, they cannot be shown again", ""
    )
    assert "This sheet was made before." in send(bench, "print-kits", site, told).content.decode()
    assert models.Kit.objects.count() == models.LookUp.objects.count() == 12


@pytest.mark.parametrize(("typed", "code"), [("", "not-a-bench-number"), ("Q-1234", "unknown-kit")])
def test_intake_that_is_refused_keeps_what_was_tapped(bench, site, typed, code) -> None:
    answer = send(
        bench, "take-in", site, {"bench": typed, "kind": "residue", "expected": ["ketamine"], "note": "two bags"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422 and f"<code>{code}</code>" in text
    assert 'value="residue" checked' in text and 'value="ketamine" checked' in text and "two bags" in text


def test_used_kit_is_refused_and_form_sent_twice_is_taken_once(bench, site) -> None:
    number = kits(bench, site)[0][0]
    told = {"id": str(uuid.uuid4()), "bench": number, "kind": "drug"}
    assert [send(bench, "take-in", site, told).status_code for _ in range(2)] == [302, 302]
    assert "kit-used" in send(bench, "take-in", site, {"bench": number}).content.decode()
    assert models.BenchSample.objects.count() == 1


def test_box_is_set_once_and_serves_the_strips_after_it(bench, site) -> None:
    sample = take_in(bench, site)
    assert (
        send(
            bench,
            "open-box",
            site,
            {"strips": "fentanyl:btnx-fentanyl", "lot": "FS-12", "ug_per_ml": "200", "sample": str(sample)},
        ).status_code
        == 302
    )
    for _ in range(3):
        on(bench, "strip", site, sample, panel="fentanyl", picture="two-lines")
    assert set(models.BenchTest.objects.values_list("product", "lot", "ug_per_ml")) == {("btnx-fentanyl", "FS-12", 200)}
    assert "FS-12" in page(bench, site)
    assert send(bench, "open-box", site, {"strips": "fentanyl:btnx-xylazine"}).status_code == 422


def test_components_are_tapped_in_and_another_is_typed_with_its_share(bench, site) -> None:
    sample = take_in(bench, site)
    on(
        bench,
        "components",
        site,
        sample,
        **{
            "method": "ftir",
            "seen.caffeine": "main",
            "other": "Carfentanil",
            "other_amount": "trace",
            "percent": "1,5",
            "off": "0.5",
        },
    )
    found = set(models.BenchFinding.objects.values_list("substance", "amount", "percent_tenths", "give_or_take_tenths"))
    assert found == {("caffeine", "main", 0, 0), ("carfentanil", "trace", 15, 5)}
    assert "There may be a little carfentanil in it." in page(bench, site, sample)
    for told, code in (
        ({"other": "carfentanyll"}, "unknown-substance"),
        ({"other": "fentanyl", "percent": "1.55"}, "bad-amount"),
    ):
        answer = on(bench, "components", site, sample, **told)
        assert answer.status_code == 422 and code in answer.content.decode()
    assert on(bench, "components", site, sample, method="laboratory", instrument="Provincial").status_code == 302
    assert "Provincial · nothing it knows" in page(bench, site, sample)


def test_wrong_test_is_taken_back_with_its_reason(bench, site) -> None:
    sample = take_in(bench, site)
    on(bench, "strip", site, sample, panel="fentanyl", picture="one-line")
    test = str(models.BenchTest.objects.get().id)
    assert on(bench, "withdraw-test", site, sample, test=test, why="wrong-bag").status_code == 302
    assert on(bench, "withdraw-test", site, sample, test=test, why="wrong-bag").status_code == 422
    assert "taken back" in page(bench, site, sample) and "likely there" not in page(bench, site, sample)
    assert on(bench, "tell-sample", site, sample, how="code").status_code == 422


def test_bag_that_went_back_leaves_the_queue(bench, site) -> None:
    sample = take_in(bench, site)
    on(bench, "handle-sample", site, sample, state="returned")
    assert str(sample) not in page(bench, site)
    assert "returned" in page(bench, site, sample)


def test_bench_number_leads_to_its_sample(bench, site) -> None:
    number = kits(bench, site)[0][0]
    sample = take_in(bench, site, bench=number)
    found = bench.get(reverse("desk:find-sample", args=[site.id]), {"bench": f"kit:{uuid.uuid4()}:{number}"})
    assert found.headers["Location"].endswith(str(sample))
    assert bench.get(reverse("desk:find-sample", args=[site.id]), {"bench": "x"}).status_code == 422
    assert bench.get(reverse("desk:find-sample", args=[site.id]), {"bench": "Z-1234"}).status_code == 404


def test_overdose_asks_for_naloxone_and_nothing_more(bench, site) -> None:
    sample = take_in(bench, site, overdose="fatal")
    assert "Offer naloxone to whoever brought it. Ask nothing more." in page(bench, site, sample)


@pytest.mark.parametrize("language", ["en", "es", "fr", "xx"])
def test_slip_speaks_the_holders_language(bench, site, language) -> None:
    sample = take_in(bench, site)
    path = reverse("desk:slip", args=[site.id, sample])
    assert bench.get(path).status_code == 422
    on(bench, "strip", site, sample, panel="fentanyl", picture="one-line")
    on(bench, "tell-sample", site, sample, how="person", tests=str(models.BenchTest.objects.get().id))
    first = queries.said(models.Statement.objects.get(), language if language != "xx" else "en")["first"][0]
    assert first in bench.get(path, {"in": language}).content.decode()


def test_laboratory_list_goes_out_by_bench_number_and_its_answer_comes_back(bench, site) -> None:
    numbers, printed = kits(bench, site)
    sample, other = (take_in(bench, site, bench=number) for number in numbers[:2])
    assert (
        "Nothing was tested that no laboratory has." in send(bench, "laboratory", site, method="get").content.decode()
    )
    on(bench, "strip", site, sample, panel="fentanyl", picture="one-line")
    on(bench, "strip", site, other, panel="fentanyl", picture="no-control")
    before = send(bench, "laboratory", site, method="get").content.decode()
    assert f'value="{sample}" checked' in before and f'value="{other}">' in before
    refused = send(bench, "send-samples", site)
    assert refused.status_code == 422 and "nothing-to-send" in refused.content.decode()
    answer = send(bench, "send-samples", site, {"laboratory": "Provincial", "sample": [str(sample)]})
    page_of = bench.get(answer.headers["Location"]).content.decode()
    assert numbers[0] in page_of and not any(code in page_of for code in printed)
    assert numbers[0] in send(bench, "laboratory", site, method="get").content.decode()
    on(bench, "components", site, sample, **{"method": "laboratory", "seen.xylazine": "main"})
    after = send(bench, "laboratory", site, method="get").content.decode()
    assert "not answered yet" not in after and numbers[0] not in after
    assert bench.get(reverse("desk:batch", args=[site.id, uuid.uuid4()])).status_code == 404


def test_paper_sheet_asks_for_no_name(bench, site) -> None:
    text = send(bench, "sample-sheet", site, method="get").content.decode()
    assert "number on the bag" in text and "No name, nothing about who sold" in text


ONE_SITE = ("table", "find-sample", "intake", "kits", "laboratory", "sample-sheet")
POSTED = {
    "take-in": {"bench": "R-217"},
    "open-box": {"strips": "fentanyl:"},
    "print-kits": {"sheets": "1"},
    "send-samples": {"sample": ""},
}
OF_SAMPLE = {
    "strip": {"panel": "fentanyl", "picture": "one-line"}, "components": {"method": "ftir"}, "tell-sample": {"how": "code"},
    "withdraw-test": {"test": "x", "why": "misread"}, "handle-sample": {"state": "stored"},
}  # fmt: skip


@pytest.fixture
def sol(signed_in, add_worker, other_site):
    """A technician of another site."""
    return lambda: signed_in(add_worker("sol", "technician", at=other_site))


@pytest.mark.parametrize("who", ["outreach", "stranger", "nobody"])
def test_nobody_else_sees_or_changes_anything_of_the_table(client, signed_in, outreach, sol, bench, site, who) -> None:
    sample = take_in(bench, site)
    kits_there = models.Kit.objects.count()
    client.cookies.clear()
    viewer = client if who == "nobody" else signed_in(outreach) if who == "outreach" else sol()
    shown = 302 if who == "nobody" else 404
    for name in ONE_SITE:
        assert viewer.get(reverse(f"desk:{name}", args=[site.id]), {"bench": "R-217"}).status_code == shown
    for name in ("slip", "batch"):
        assert viewer.get(reverse(f"desk:{name}", args=[site.id, sample])).status_code == shown
    refused = {401} if who == "nobody" else {403, 404, 422}
    for name, told in POSTED.items():
        assert send(viewer, name, site, told).status_code in refused
    for name, told in OF_SAMPLE.items():
        assert on(viewer, name, site, sample, **told).status_code in refused
    assert not models.BenchTest.objects.exists() and not models.Handling.objects.exists()
    assert (models.BenchSample.objects.count(), models.Kit.objects.count()) == (1, kits_there)


@pytest.mark.parametrize("name", [*POSTED, *OF_SAMPLE])
def test_form_without_its_frame_is_refused(bench, site, name) -> None:
    sample = take_in(bench, site)
    args = [site.id] if name in POSTED else [site.id, sample]
    answer = bench.post(reverse(f"desk:{name}", args=args), (POSTED | OF_SAMPLE)[name] | {"id": "x"})
    assert answer.status_code == 422 and b"not-readable" in answer.content


def test_tenths_reads_a_share_as_people_write_it() -> None:
    assert [table.tenths(text) for text in ("", "15", "1,5", ".5", "0.0")] == [0, 150, 15, 5, 0]
