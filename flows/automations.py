"""The automation that notices runs which died without a word: no heartbeat for a while, and they are marked as crashed.

A process that is killed tells Prefect nothing, which would show its run as running for ever.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from prefect.automations import AutomationCore, EventTrigger, Posture
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.exceptions import PrefectHTTPStatusError
from prefect.utilities.asyncutils import run_coro_as_sync

from flows.environment import HEARTBEAT_SECONDS

NAME = "crm-clean: runs without a heartbeat have crashed"
_GONE = "No heartbeat: the process of this run is gone."
_HEARTBEAT = "prefect.flow-run.heartbeat"
_ENDED = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}


def ensure() -> None:
    """Make the automation where there is none."""
    run_coro_as_sync(_ensure())


async def _ensure() -> None:
    async with get_client() as client:
        if await client.read_automations_by_name(NAME):
            return
        await client.create_automation(_automation())
        # Two that begin at once both find none and make one each; both keep the same.
        made = sorted(await client.read_automations_by_name(NAME), key=lambda one: str(one.id))
        for other in made[1:]:
            with suppress(PrefectHTTPStatusError):  # gone already
                await client.delete_automation(other.id)


def _automation() -> AutomationCore:
    return AutomationCore(
        name=NAME,
        description="Three heartbeats are missing: the process is gone, or has lost this server.",
        trigger=EventTrigger(
            after={_HEARTBEAT},
            expect={_HEARTBEAT, *_ENDED},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=3 * HEARTBEAT_SECONDS),
        ),
        actions=[ChangeFlowRunState(name="Crashed", state=StateType.CRASHED, message=_GONE, force=False)],
    )
