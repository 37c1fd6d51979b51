"""One resolution: from what holds so far and the data as they are now to the recommendation, and what accounts for the difference.

1. The source is looked at from outside. As long as it, what is decided, the settings and the versions are the same, the last answer stands.
2. Otherwise it is read and compared with the data of the last answer, cell by cell.
3. What the plan that is decided does before the first free day is fixed (`held`), and the solve starts from the last plan.
4. The run is recorded; then the difference is put down to what changed, one group of changes after another (`compare`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from instances import Instance, InstanceError, read
from instances.changes import changes
from instances.freezing import thawed
from optimiser.answering import answered
from optimiser.compare.command import of_run
from optimiser.compare.comparing import arranged, compare
from optimiser.compare.result import Comparison
from optimiser.compare.side import Side
from optimiser.errors import UsageError
from optimiser.manifest import of_settings
from optimiser.objective import Request, requested
from optimiser.pipeline import SolveSettings
from optimiser.resolve.held import Held, as_plan_in
from optimiser.resolve.known import Known
from optimiser.resolve.past import Past
from optimiser.resolve.question import Job, differs
from optimiser.resolve.result import Resolved, Status
from optimiser.store import Case, Store
from optimiser.store.resolutions import Resolution


@dataclass
class Resolving:
    """One resolution.

    Attributes:
        job: What is resolved.
        store: Where runs are.
        known: What holds so far.
        settings: How to solve; objective and start are set here.
        causes: Whether to solve which change accounts for the difference.
        on_step: Told what is being solved as it begins.
    """

    job: Job
    store: Store
    known: Known
    settings: SolveSettings
    causes: bool = True
    on_step: Callable[[str], None] = lambda what: None

    def __post_init__(self) -> None:
        self._past = Past(self.store)

    def resolve(self, fingerprint: str, versions: Mapping[str, str]) -> Resolution | None:
        """The resolution, whose run is recorded; None where somebody has stopped it.

        Raises:
            InstanceError: The data have faults, or what is decided does not go together with what they commit to.
            StoreError: The run cannot be recorded.
        """
        job, known = self.job, self.known
        instance = read(job.source, scenarios=job.scenarios, overrides=job.overrides)
        reference = known.reference(job)
        question = job.question(fingerprint, instance.calendar.tranche_dates, reference, versions)
        because = [] if known.last is None else list(differs(known.last.question, question))
        if known.last is not None and self._same_data(instance) and because == ["the source"]:
            report = {**known.last.report, "status": "same_data", "event": "same_data", "recommendation_changed": False}
            return Resolution(job.name, known.last.run, question, "same_data", report)
        held = self._held(instance, reference)
        case = self._case(instance, held)
        now = self._solved(case)
        if now is None:
            return None
        found = self._report(case, now, held, because)
        return None if found is None else Resolution(job.name, now.run, question, found.status, found.model_dump(mode="json"))

    def _same_data(self, instance: Instance) -> bool:
        """Whether the data are those of the last answer: a source may look different and hold the same."""
        assert self.known.last is not None
        return thawed(self._past.instance(self.known.last.run)).digests() == instance.digests()

    def _held(self, instance: Instance, reference: str | None) -> Held | None:
        if reference is None:
            return None
        held = Held(self._past.plan(reference).document, self.known.adopted is not None)
        if not any(key in instance.baselines for key in held.plan.arrangements()) and held.plan.arrangements():
            raise UsageError(f"run {reference}, which is decided, is about other councils and services; --job tells jobs apart")
        if not instance.rules.commitments:
            raise UsageError("what is decided stays by rule commitments, which is off: rules.commitments = true")
        return held

    def _case(self, instance: Instance, held: Held | None) -> Case:
        """What is solved: the data with what is decided, from the last plan on."""
        job, before = self.job, self.known.before
        objective = requested(instance, Request(job.settings["objective"], job.settings["year"]))
        if held is not None:
            objective, instance = held.objective(objective, job, instance.calendar), held.freeze(instance, job)
        start = None
        if before is not None:
            plan = self._past.plan(before.run)
            data, arrangements = self._past.instance(before.run), as_plan_in(plan, instance.calendar)
            start = replace(plan.start(), arrangements=arrangements, instance=data, manifest=plan.document.manifest)
        return Case(instance, replace(self.settings, objective=objective, start=start, prepare=True), "resolve", job.name)

    def _solved(self, case: Case) -> Side | None:
        """The answer to a case: from the store where it was recorded before, so that what was begun and not finished is not begun anew.

        None where somebody has stopped it; of what it came to by then, a plan is recorded, and why there is none is not.
        """
        known = self.store.answer(case.request)
        if known is None:
            self.on_step("the data as they are now")
            answer = answered(case)
            stopped = self.settings.interrupt.is_set()
            if answer.plan is not None or not stopped:
                self.store.record(answer.entry)
            if stopped:
                return None
            known = self.store.find(answer.run)
        return replace(of_run(self.store, known, "now"), instance=case.instance)

    def _report(self, case: Case, now: Side, held: Held | None, because: list[str]) -> Resolved | None:
        """What it came to; None where somebody has stopped it on the way."""
        known = self.known
        previous = known.before.run if known.before is not None else None if known.adopted is None else known.adopted.run
        before = None if previous is None else self._past.side(previous, "before")
        meanwhile, comparison = (None, None) if before is None else self._compared(before, now, case, held)
        if self.settings.interrupt.is_set():
            return None
        changed = before is not None and now.plan is not None and before.plan is not None and bool([*arranged(before.plan, now.plan)])
        status: Status = "no_plan" if now.plan is None else "first" if before is None else "plan_changed" if changed else "plan_stays"
        return Resolved(
            event=status,
            status=status,
            job=self.job.name,
            instance=case.instance.name,
            title=case.instance.settings.instance.title,
            today=self.job.today,
            run=now.run,
            before=previous,
            recommendation_changed=changed,
            plan=now.figures(),
            npv=None if now.plan is None else now.plan.npv,
            because=tuple(because),
            reasons=tuple(self._reasons(now)),
            decided=None if held is None else held.reference(self.job, case.instance, now.plan),
            meanwhile=meanwhile,
            comparison=comparison,
        )

    def _reasons(self, now: Side) -> list[str]:
        return list(json.loads(self.store.document(now.run)).get("reasons", [])) if now.plan is None else []

    def _compared(self, before: Side, now: Side, case: Case, held: Held | None) -> tuple[Comparison | None, Comparison]:
        """First what is decided or asked otherwise by itself, with the data of then; then the data."""
        settings = replace(case.settings, reasons=False, prepare=False)
        base, meanwhile = before, None
        again = self._with_data_of(before, case, held)
        if again is not None:
            base = replace(before, instance=again.instance)
            if self.causes and changes(again.instance, case.instance):
                self.on_step("the data of then, with what is decided now")
                base = self._solved_aside(again, before)
                (meanwhile,) = compare([before, base], causes=False).document.comparisons
        (found,) = compare([base, now], settings, causes=self.causes, on_step=self.on_step).document.comparisons
        return meanwhile, found

    def _with_data_of(self, before: Side, case: Case, held: Held | None) -> Case | None:
        """The data of the last plan with what is decided now; None where that is what was solved then."""
        assert before.instance is not None
        data = thawed(before.instance)
        try:
            instance = data if held is None else held.freeze(data, self.job)
        except InstanceError:  # what is decided now does not go together with the data of then
            return None
        then, now = before.manifest["solve"], of_settings(instance, case.settings)
        counts = [(asked["change_cost"], asked["adopted"] if asked["change_cost"] else None) for asked in (then, now)]
        same = instance.digests() == before.manifest["digests"] and counts[0] == counts[1]
        return None if same else replace(case, instance=instance)

    def _solved_aside(self, case: Case, before: Side) -> Side:
        """A step on the way, which is not recorded."""
        answer = answered(case)
        plan = None if answer.plan is None else answer.plan.document
        label = "before, as decided now"
        return Side(label, plan, case.instance, answer.run, answer.status, before.label, answer.entry.row["manifest"])
