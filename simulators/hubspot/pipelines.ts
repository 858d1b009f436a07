export interface Stage {
  id: string;
  label: string;
  displayOrder: number;
  metadata: Record<string, string>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  writePermissions: string;
}

export interface Pipeline {
  id: string;
  label: string;
  displayOrder: number;
  stages: Stage[];
  createdAt: string;
  updatedAt: string;
  archived: boolean;
}

const sales: Array<[id: string, label: string, probability: string]> = [
  ["appointmentscheduled", "Appointment Scheduled", "0.2"],
  ["qualifiedtobuy", "Qualified To Buy", "0.4"],
  ["presentationscheduled", "Presentation Scheduled", "0.6"],
  ["decisionmakerboughtin", "Decision Maker Bought-In", "0.8"],
  ["contractsent", "Contract Sent", "0.9"],
  ["closedwon", "Closed Won", "1.0"],
  ["closedlost", "Closed Lost", "0.0"],
];

/** The pipelines of a new account, by object type id. */
export function readPipelines(at: string): Map<string, Pipeline[]> {
  const stages = sales.map(([id, label, probability], displayOrder) => ({
    ...newStage(id, label, displayOrder, at),
    metadata: { isClosed: String(id.startsWith("closed")), probability },
  }));
  return new Map([["0-3", [{ ...newPipeline("default", "Sales Pipeline", 0, at), stages }]]]);
}

export function newPipeline(id: string, label: string, displayOrder: number, at: string): Pipeline {
  return { id, label, displayOrder, stages: [], createdAt: at, updatedAt: at, archived: false };
}

export function newStage(id: string, label: string, displayOrder: number, at: string): Stage {
  return {
    id,
    label,
    displayOrder,
    metadata: {},
    createdAt: at,
    updatedAt: at,
    archived: false,
    writePermissions: "CRM_PERMISSIONS_ENFORCEMENT",
  };
}
