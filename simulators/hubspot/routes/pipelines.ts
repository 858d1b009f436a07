import type { Answer } from "#simulators/kit";
import type { Call, Routes, ScopeNeeds } from "../api.ts";
import { invalid, notFound } from "../errors.ts";
import { typeOf } from "../lookup.ts";
import { newPipeline, newStage, type Pipeline } from "../pipelines.ts";

// There is no scope for pipelines: those of deals cover them.
const reads = (): ScopeNeeds => [["crm.objects.deals.read", "crm.schemas.deals.read"]];
const writes = (): ScopeNeeds => [["crm.objects.deals.write", "crm.schemas.deals.write"]];

export const pipelineRoutes: Routes = (add) => {
  add("GET", "/crm/pipelines/:type", { handle: list, scopes: reads });
  add("POST", "/crm/pipelines/:type", { handle: create, scopes: writes });
  add("GET", "/crm/pipelines/:type/:pipeline", { handle: read, scopes: reads });
  add("PATCH", "/crm/pipelines/:type/:pipeline", { handle: update, scopes: writes });
  add("DELETE", "/crm/pipelines/:type/:pipeline", { handle: remove, scopes: writes });
  add("GET", "/crm/pipelines/:type/:pipeline/stages", { handle: listStages, scopes: reads });
  add("POST", "/crm/pipelines/:type/:pipeline/stages", { handle: createStage, scopes: writes });
  add("GET", "/crm/pipelines/:type/:pipeline/stages/:stage", { handle: readStage, scopes: reads });
  add("PATCH", "/crm/pipelines/:type/:pipeline/stages/:stage", { handle: updateStage, scopes: writes });
  add("DELETE", "/crm/pipelines/:type/:pipeline/stages/:stage", { handle: removeStage, scopes: writes });
};

function pipelinesOf({ portal, params }: Call): Pipeline[] {
  const { type } = typeOf(portal, params.type);
  const pipelines = portal.pipelines.get(type.id) ?? [];
  portal.pipelines.set(type.id, pipelines);
  return pipelines;
}

function pipelineOf(call: Call): Pipeline {
  const found = pipelinesOf(call).find(({ id }) => id === call.params.pipeline);
  if (!found) throw notFound(`Pipeline '${call.params.pipeline}' does not exist`);
  return found;
}

function stageOf(call: Call) {
  const found = pipelineOf(call).stages.find(({ id }) => id === call.params.stage);
  if (!found) throw notFound(`Stage '${call.params.stage}' does not exist`);
  return found;
}

function list(call: Call): Answer {
  return { status: 200, body: { results: pipelinesOf(call) } };
}

function read(call: Call): Answer {
  return { status: 200, body: pipelineOf(call) };
}

interface StageInput {
  label?: string;
  displayOrder?: number;
  metadata?: Record<string, string>;
}

function create(call: Call): Answer {
  const {
    label,
    displayOrder = 0,
    stages = [],
  } = (call.body ?? {}) as { label?: string; displayOrder?: number; stages?: StageInput[] };
  if (!label || stages.length === 0) throw invalid("A pipeline needs 'label' and at least one stage");
  const at = new Date(call.world.clock.now()).toISOString();
  const pipeline = newPipeline(call.portal.nextId(), label, displayOrder, at);
  pipeline.stages = stages.map((stage) => toStage(call, stage));
  pipelinesOf(call).push(pipeline);
  return { status: 201, body: pipeline };
}

function toStage({ portal, world }: Call, { label, displayOrder = 0, metadata = {} }: StageInput) {
  if (!label) throw invalid("A stage needs 'label'");
  const probability = Number(metadata.probability);
  if (!(probability >= 0 && probability <= 1))
    throw invalid("A deal stage needs 'metadata.probability' from 0.0 to 1.0");
  const isClosed = String(probability === 0 || probability === 1);
  return {
    ...newStage(portal.nextId(), label, displayOrder, new Date(world.clock.now()).toISOString()),
    metadata: { isClosed, ...metadata },
  };
}

function update(call: Call): Answer {
  const pipeline = pipelineOf(call);
  const { label, displayOrder } = (call.body ?? {}) as Partial<Pipeline>;
  if (label !== undefined) pipeline.label = label;
  if (displayOrder !== undefined) pipeline.displayOrder = displayOrder;
  pipeline.updatedAt = new Date(call.world.clock.now()).toISOString();
  return { status: 200, body: pipeline };
}

function remove(call: Call): Answer {
  const pipelines = pipelinesOf(call);
  pipelines.splice(pipelines.indexOf(pipelineOf(call)), 1);
  return { status: 204 };
}

function listStages(call: Call): Answer {
  return { status: 200, body: { results: pipelineOf(call).stages } };
}

function readStage(call: Call): Answer {
  return { status: 200, body: stageOf(call) };
}

function createStage(call: Call): Answer {
  const stage = toStage(call, (call.body ?? {}) as StageInput);
  pipelineOf(call).stages.push(stage);
  return { status: 201, body: stage };
}

function updateStage(call: Call): Answer {
  const stage = stageOf(call);
  const { label, displayOrder, metadata } = (call.body ?? {}) as StageInput;
  if (label !== undefined) stage.label = label;
  if (displayOrder !== undefined) stage.displayOrder = displayOrder;
  if (metadata !== undefined) Object.assign(stage.metadata, metadata);
  stage.updatedAt = new Date(call.world.clock.now()).toISOString();
  return { status: 200, body: stage };
}

function removeStage(call: Call): Answer {
  const { stages } = pipelineOf(call);
  stages.splice(stages.indexOf(stageOf(call)), 1);
  return { status: 204 };
}
