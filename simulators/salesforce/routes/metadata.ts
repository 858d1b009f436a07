import type { Call, Routes } from "../api.ts";
import { notFound } from "../errors.ts";
import { describeField } from "../fields.ts";
import type { ObjectType } from "../objects.ts";
import { readFields, tableOf } from "./records.ts";

export const metadataRoutes: Routes = (add) => {
  add("GET", "/", resources);
  add("GET", "/sobjects", describeAll);
  add("GET", "/sobjects/:type", (call) => {
    const { type } = tableOf(call);
    return { status: 200, body: { objectDescribe: summary(call, type), recentItems: [] } };
  });
  add("GET", "/sobjects/:type/describe", describe);
  add("GET", "/limits", limits);
  add("GET", "/actions/custom/flow", listFlows);
  add("POST", "/actions/custom/flow/:name", runFlow);
};

function resources({ version }: Call) {
  const names = ["sobjects", "query", "queryAll", "search", "parameterizedSearch", "composite", "limits", "actions"];
  return { status: 200, body: Object.fromEntries(names.map((name) => [name, `/services/data/v${version}/${name}`])) };
}

function describeAll(call: Call) {
  const types = [...call.org.objects.values()].filter(({ name }) => call.org.table(name));
  const sobjects = types.map((type) => summary(call, type));
  return { status: 200, body: { encoding: "UTF-8", maxBatchSize: 200, sobjects } };
}

function describe(call: Call) {
  const { type } = tableOf(call);
  const fields = [...type.fields.values()].map(describeField);
  const body = {
    ...summary(call, type),
    mergeable: ["Account", "Contact", "Lead"].includes(type.name),
    fields,
    recordTypeInfos: [
      {
        recordTypeId: "012000000000000AAA",
        name: "Master",
        developerName: "Master",
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        master: true,
      },
    ],
    childRelationships: [],
  };
  return { status: 200, body };
}

function summary({ version }: Call, { name, label, labelPlural, keyPrefix, writable }: ObjectType) {
  const path = `/services/data/v${version}/sobjects/${name}`;
  return {
    name,
    label,
    labelPlural,
    keyPrefix,
    custom: false,
    customSetting: false,
    createable: writable,
    updateable: writable,
    deletable: writable,
    queryable: true,
    searchable: writable,
    replicateable: true,
    triggerable: writable,
    urls: { sobject: path, describe: `${path}/describe`, rowTemplate: `${path}/{ID}` },
  };
}

function limits({ usage }: Call) {
  const untouched = { DailyBulkV2QueryJobs: 10_000, DailyStreamingApiEvents: 200_000, DailyBulkApiBatches: 15_000 };
  return {
    status: 200,
    body: {
      DailyApiRequests: { Max: usage.max, Remaining: Math.max(0, usage.max - usage.used) },
      ...Object.fromEntries(Object.entries(untouched).map(([name, max]) => [name, { Max: max, Remaining: max }])),
    },
  };
}

function listFlows({ org, version }: Call) {
  const actions = org.flows.map(({ apiName, label = apiName }) => ({
    label,
    name: apiName,
    type: "FLOW",
    url: `/services/data/v${version}/actions/custom/flow/${apiName}`,
  }));
  return { status: 200, body: { actions } };
}

function runFlow({ org, params, body }: Call) {
  const flow = org.flows.find(({ apiName }) => apiName === params.name);
  if (!flow) throw notFound();
  const { inputs } = readFields(body);
  const runs = (Array.isArray(inputs) && inputs.length > 0 ? inputs : [{}]) as Array<Record<string, unknown>>;
  const results = runs.map((given) => {
    const unknown = flow.inputs && Object.keys(given).find((name) => !flow.inputs?.includes(name));
    const problem =
      unknown === undefined
        ? flow.fails && { statusCode: "FLOW_EXCEPTION", message: flow.fails, fields: [] }
        : { statusCode: "INVALID_INPUT", message: `The flow has no input variable ${unknown}`, fields: [unknown] };
    if (!problem)
      org.flowRuns.push({ at: new Date(org.base.clock.now()).toISOString(), flow: flow.apiName, inputs: given });
    return {
      actionName: flow.apiName,
      errors: problem ? [problem] : null,
      isSuccess: !problem,
      outputValues: problem ? null : { Flow__InterviewStatus: "Finished" },
      version: 1,
    };
  });
  return { status: results.every(({ isSuccess }) => isSuccess) ? 200 : 400, body: results };
}
