"""What is deployed on the server that PREFECT_API_URL names, and the pool of processes it runs in."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Crashed
from prefect.workers.process import ProcessWorker

_SCHEDULING_SECONDS = 60.0


@dataclass(frozen=True)
class Deployed:
    """A deployment: `flow/name`, the project it works on, and when it runs next, if it does."""

    name: str
    project: str
    next: datetime | None


def make_pool(name: str) -> None:
    """Make the work pool of that name where there is none."""
    template = ProcessWorker.get_default_base_job_template()
    with get_client(sync_client=True) as client, suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))


def read(pool: str) -> list[Deployed]:
    """The deployments of a pool, by name, once the server has scheduled each that has a schedule."""
    with get_client(sync_client=True) as client:
        found = client.read_deployments(work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])))
        deployed = []
        for deployment in found:
            name = f"{client.read_flow(deployment.flow_id).name}/{deployment.name}"
            is_scheduled = not deployment.paused and any(schedule.active for schedule in deployment.schedules)
            due = _next(client, deployment.id) if is_scheduled else None
            deployed.append(Deployed(name, str(deployment.parameters["project"]), due))
    return sorted(deployed, key=lambda one: one.name)


def mark_stopped(pool: str) -> None:
    """Mark the runs of a pool that its only worker had begun as crashed: it kills them without a word when it stops."""
    begun = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING])
    with get_client(sync_client=True) as client:
        stopped = client.read_flow_runs(
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=begun)),
        )
        for run in stopped:
            client.set_flow_run_state(run.id, Crashed(message="Stopped together with its worker."), force=True)


def _next(client: SyncPrefectClient, deployment: UUID) -> datetime | None:
    """When the deployment runs next; the server takes some seconds to schedule a new one."""
    until = time.monotonic() + _SCHEDULING_SECONDS
    while time.monotonic() < until:
        coming = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
                expected_start_time=FlowRunFilterExpectedStartTime(after_=datetime.now(UTC)),  # type: ignore[arg-type]
            ),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=1,
        )
        if coming:
            return coming[0].expected_start_time
        time.sleep(1)
    return None
