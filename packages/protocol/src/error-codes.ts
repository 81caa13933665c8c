/** The meaning of a code: the status of its answers, what happened, and a remedy. */
export interface ErrorCodeEntry {
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

const gone = "Check the id. It may have been deleted, or its program has not reported it yet.";

/**
 * Every reason why the API refuses a request, as the `code` in the body of the answer. The sentences are for people and may
 * change; the meaning of a code does not. The documentation is generated from this table.
 */
export const errorCodes = {
  BLOCK_REFERENCE_REFUSED: {
    status: 400,
    meaning:
      "A block document can't nest the other one: it is not there, it is not named by an id, or the two would nest each other.",
    remedy: "Change the field that the sentence names.",
  },
  BLOCK_SCHEMA_REFUSED: {
    status: 400,
    meaning: "The block schema belongs to another block type than the document.",
    remedy: "Use a schema of the document's type.",
  },
  BAD_REQUEST: {
    status: 400,
    meaning: "HTTP itself was used wrongly. The status may be another one below 500.",
    remedy: "Read the sentence in the body and send the request anew.",
  },
  API_VERSION_REFUSED: {
    status: 400,
    meaning: "X-PREFECT-API-VERSION is malformed, or older than what this server speaks.",
    remedy: "Update the client.",
  },
  HYDRATION_FAILED: {
    status: 400,
    meaning: "A recipe among the parameters (`__prefect_kind`) can't be followed.",
    remedy:
      "Mend the JSON, the template or the name of the variable that the sentence names, or send the value itself.",
  },
  TOO_MANY_RUNS: {
    status: 400,
    meaning: "One request asks for more runs than are made at once.",
    remedy: "Ask in several requests.",
  },
  WORK_POOL_MISSING: {
    status: 400,
    meaning: "A run names a work queue, and its deployment has no work pool.",
    remedy: "Leave the work queue out, or give the deployment a work pool.",
  },
  DEPLOYMENT_MISSING: {
    status: 400,
    meaning: "The flow run has no deployment, whose job variables were to be changed.",
    remedy: "Change job variables of runs of deployments only.",
  },
  GRAPH_TOO_LARGE: {
    status: 400,
    meaning: "The graph of the flow run has more nodes than are sent.",
    remedy: "Read its task runs by page.",
  },
  STATE_FORBIDS_CHANGE: {
    status: 400,
    meaning: "The run is in a state in which this can't be changed.",
    remedy: "Change it while the run is scheduled.",
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning: "The request needs credentials and has none, or a wrong password.",
    remedy: "Set OSTINATO_API_AUTH_STRING, or sign in.",
  },
  WRONG_PASSWORD: {
    status: 401,
    meaning: "The user or the password of a sign-in is wrong.",
    remedy: "Try again, or ask whoever runs the server.",
  },
  ACCESS_DENIED: {
    status: 403,
    meaning: "It is known who asks, and that they may not.",
    remedy: "Ask whoever runs the server for the access that the sentence names.",
  },
  BLOCK_TYPE_PROTECTED: {
    status: 403,
    meaning: "The block type comes with the server and stays, with its schemas.",
    remedy: "Delete its documents instead.",
  },
  NAME_RESERVED: {
    status: 403,
    meaning: "A name begins with a word that is kept for other uses.",
    remedy: "Choose another name.",
  },
  HANDSHAKE_REQUIRED: {
    status: 403,
    meaning: "A websocket was opened without saying who asks.",
    remedy: 'Offer the subprotocol "prefect" and send the token in the first frame.',
  },
  HOST_REFUSED: {
    status: 403,
    meaning: "The request is addressed to a name that is not this server's.",
    remedy: "Add the name to OSTINATO_SERVER_ALLOWED_HOSTS if it is.",
  },
  ORIGIN_REFUSED: {
    status: 403,
    meaning: "A page of another site stands behind the request.",
    remedy: "Add its origin to OSTINATO_SERVER_CORS_ORIGINS if it may call the API.",
  },
  PATH_NOT_FOUND: {
    status: 404,
    meaning: "Nothing exists at this path.",
    remedy: "Check the address. A server of another version may have other paths.",
  },
  FEATURE_ABSENT: {
    status: 404,
    meaning: "Prefect has something at this path that this version of Ostinato does not have yet.",
    remedy: "Do without it, or update the server.",
  },
  ARTIFACT_NOT_FOUND: { status: 404, meaning: "There is no such artifact.", remedy: gone },
  ASSET_NOT_FOUND: {
    status: 404,
    meaning: "There is no such asset.",
    remedy: "Check the key. No event has told of it, or it was deleted.",
  },
  BLOCK_TYPE_NOT_FOUND: {
    status: 404,
    meaning: "There is no such block type.",
    remedy: "Register it: saving a block of the type does, and so does `prefect block register`.",
  },
  BLOCK_SCHEMA_NOT_FOUND: {
    status: 404,
    meaning: "There is no such block schema.",
    remedy: "Register it: saving a block of its type does.",
  },
  BLOCK_DOCUMENT_NOT_FOUND: { status: 404, meaning: "There is no such block document.", remedy: gone },
  CONCURRENCY_LIMIT_NOT_FOUND: { status: 404, meaning: "There is no such concurrency limit.", remedy: gone },
  DEPLOYMENT_NOT_FOUND: { status: 404, meaning: "There is no such deployment.", remedy: gone },
  EVENT_NOT_FOUND: { status: 404, meaning: "There is no such event.", remedy: gone },
  FLOW_NOT_FOUND: { status: 404, meaning: "There is no such flow.", remedy: gone },
  FLOW_RUN_NOT_FOUND: { status: 404, meaning: "There is no such flow run.", remedy: gone },
  FLOW_RUN_INPUT_NOT_FOUND: { status: 404, meaning: "The flow run has no input under this key.", remedy: gone },
  FLOW_RUN_STATE_NOT_FOUND: { status: 404, meaning: "There is no such state of a flow run.", remedy: gone },
  RESULT_NOT_FOUND: {
    status: 404,
    meaning: "There is no such result.",
    remedy: "Check the id. Results are removed after the time that OSTINATO_RETENTION_RESULTS says.",
  },
  SAVED_SEARCH_NOT_FOUND: { status: 404, meaning: "There is no such saved search.", remedy: gone },
  WEBHOOK_NOT_FOUND: {
    status: 404,
    meaning: "There is no webhook at this address, or with this id.",
    remedy: "Check it. The address may have been rotated.",
  },
  WEBHOOK_PAUSED: { status: 409, meaning: "The webhook is paused.", remedy: "Send it again when it is resumed." },
  WEBHOOK_SIGNATURE_WRONG: {
    status: 401,
    meaning: "What was posted to a webhook is not signed with its key.",
    remedy: "Compare the key, the header and the algorithm of both sides, and the clocks.",
  },
  WEBHOOK_UNREADABLE: {
    status: 422,
    meaning: "The webhook makes no event of what was posted.",
    remedy: "The event ostinato.webhook.failed has the reason.",
  },
  AUTOMATION_NOT_FOUND: { status: 404, meaning: "There is no such automation.", remedy: gone },
  VARIABLE_NOT_FOUND: { status: 404, meaning: "There is no such variable.", remedy: "Check the name, or create it." },
  SCHEDULE_NOT_FOUND: { status: 404, meaning: "The deployment has no such schedule.", remedy: gone },
  TASK_RUN_NOT_FOUND: { status: 404, meaning: "There is no such task run.", remedy: gone },
  TASK_RUN_STATE_NOT_FOUND: { status: 404, meaning: "There is no such state of a task run.", remedy: gone },
  WORK_POOL_NOT_FOUND: {
    status: 404,
    meaning: "There is no such work pool.",
    remedy: "Check the name. The work pool may have been deleted.",
  },
  WORKER_NOT_FOUND: {
    status: 404,
    meaning: "The work pool has no such worker.",
    remedy: "Start the worker: it registers with its first sign of life.",
  },
  WORK_QUEUE_NOT_FOUND: {
    status: 404,
    meaning: "There is no such work queue, or the work pool has none of this name.",
    remedy: "Name one that is there, or create it.",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    meaning: "The path takes other methods.",
    remedy: "Use one of those in the Allow header.",
  },
  REQUEST_TIMEOUT: {
    status: 408,
    meaning: "The request did not come, or too slowly. Nothing was done.",
    remedy: "Send it again.",
  },
  DATA_CONFLICT: {
    status: 409,
    meaning: "A name, key or id is taken by something else, or something that is referred to is not there.",
    remedy: "Change the field that the sentence names.",
  },
  PARAMETERS_REFUSED: {
    status: 409,
    meaning: "The parameters break the schema of the deployment, or it has none to hold them against.",
    remedy: "Change the field that the sentence names, or let the deployment not enforce its schema.",
  },
  SECRETS_LOCKED: {
    status: 409,
    meaning: "The secrets of a block can't be opened or sealed, because this server does not have their key.",
    remedy: "Put the key file back, or set OSTINATO_ENCRYPTION_KEY: the sentence says which key it is.",
  },
  KEY_TAKEN: {
    status: 409,
    meaning: "The flow run has an input under this key.",
    remedy: "Use another key, or delete the input before.",
  },
  NOTHING_TO_SAVE: {
    status: 409,
    meaning: "The database is not a lost file, so there is nothing to save.",
    remedy: "Make a backup instead.",
  },
  NO_PASSWORD_ASKED: {
    status: 409,
    meaning: "Somebody signs in to a server that asks nobody for a password.",
    remedy: "Go on without.",
  },
  LEASE_ENDED: {
    status: 410,
    meaning: "The lease on slots of a concurrency limit was given back, or not renewed in time.",
    remedy: "Stop what the slots were for, or take slots anew.",
  },
  BODY_TOO_LARGE: {
    status: 413,
    meaning: "The body is larger than the operation takes.",
    remedy: "Send less at once.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    meaning: "The body is not JSON, or is encoded.",
    remedy: "Send JSON as it is, with content-type: application/json.",
  },
  ANSWER_TOO_LARGE: {
    status: 422,
    meaning: "The answer would be larger than one may be.",
    remedy: "Ask for less at once: the sentence says how much.",
  },
  CSRF_DISABLED: {
    status: 422,
    meaning: "Prefect's clients ask for a token that this server does not need.",
    remedy: "Go on without one, as they do.",
  },
  CURSOR_REFUSED: {
    status: 422,
    meaning: "The cursor is not one of this list in this order.",
    remedy: "Start at the first page.",
  },
  SCHEDULES_REFUSED: {
    status: 422,
    meaning: "The schedules of the request can't be matched with those of the deployment by their slugs.",
    remedy: "Give each schedule a slug of its own, and a new one what it says.",
  },
  INVALID_LIMIT: {
    status: 422,
    meaning: "The limit is below 0, or larger than a page may be.",
    remedy: "Ask for as many as the sentence allows.",
  },
  INVALID_RANGE: {
    status: 422,
    meaning: "A range of time is empty, or makes no sense with its steps.",
    remedy: "Change what the sentence names.",
  },
  INVALID_REQUEST: {
    status: 422,
    meaning: "The request is not what the contract says.",
    remedy: "Read exception_detail: it has every problem with its place.",
  },
  JOB_VARIABLES_REFUSED: {
    status: 422,
    meaning: "Job variables, or defaults of a job template, don't fit the schema of its variables.",
    remedy: "Mend the variable that the sentence names, or the work pool's job template.",
  },
  INVALID_SCHEMA: {
    status: 422,
    meaning: "The JSON Schema can't be used, or comparing values with it takes too long.",
    remedy: "Mend the schema: the sentence says what is wrong with it.",
  },
  TOO_MANY_SLOTS: {
    status: 422,
    meaning: "More slots are asked for than a concurrency limit has.",
    remedy: "Ask for fewer, or raise the limit.",
  },
  NOT_A_RATE: {
    status: 422,
    meaning: "A rate is asked for of a concurrency limit whose slots do not become free by themselves.",
    remedy: "Give the limit a slot_decay_per_second above 0, or take slots of it with a lease.",
  },
  VALUE_REFUSED: {
    status: 422,
    meaning: "The database does not take a value of the request, or not so many.",
    remedy: "Send another one, or ask in several requests.",
  },
  SLOTS_TAKEN: {
    status: 423,
    meaning: "A concurrency limit has too few free slots.",
    remedy: "Ask again after the seconds that Retry-After says.",
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    meaning: "This client asks for more than its share. Nothing was done.",
    remedy: "Wait as long as Retry-After says, and send less at once.",
  },
  TOO_MANY_WRONG_PASSWORDS: {
    status: 429,
    meaning: "The address has sent too many wrong passwords. This one was not looked at.",
    remedy: "Wait as long as Retry-After says, and look for the program that sends them.",
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    meaning: "The headers are larger than 16 KiB.",
    remedy: "Send fewer.",
  },
  INTERNAL_ERROR: {
    status: 500,
    meaning: "The server failed.",
    remedy: "Look into its log, and report what it says.",
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    meaning: "The database can't be used now. Nothing was done.",
    remedy: "Wait as long as Retry-After says. The log of the server says why.",
  },
  SERVER_BUSY: {
    status: 503,
    meaning: "The server has as much to do as it can take. Nothing was done.",
    remedy: "Wait as long as Retry-After says.",
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

export type ErrorCode = keyof typeof errorCodes;
