// A typed client of Leadkeep's API: openapi-fetch with the types of leadkeep.d.ts, the certificate of an
// approved client on each connection, and what every request has in common.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import createClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { Agent, fetch as fetchOver } from 'undici';
import type { components, paths } from './leadkeep.d.ts';

export type Conversation = components['schemas']['Conversation'];
export type Change = components['schemas']['ConversationChange'];
export type Event = components['schemas']['Event'];
type Said = components['schemas']['Problem'];

const RETRIES = 5;
const LONGEST_WAIT = 60; // seconds; a longer Retry-After is for the caller to decide

/** What the API refused (RFC 9457). Decide by `code`; the text may change. */
export class Problem extends Error {
  readonly code: Said['code'];
  readonly status: number;
  readonly requestId: string | null;

  constructor(said: Said, response: Response) {
    super(`${response.status} ${said.code}: ${said.detail}`);
    this.code = said.code;
    this.status = response.status;
    this.requestId = response.headers.get('X-Request-Id');
  }
}

/** What was asked for, or a Problem. */
export function taken<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (!answer.response.ok) {
    throw new Problem(answer.error as Said, answer.response);
  }
  return answer.data as T;
}

export interface Settings {
  address: string;
  ca: string; // files, PEM
  certificate: string;
  key: string;
  onWait?: (seconds: number, status: number) => void;
}

export interface NumberedEvent {
  id: string;
  data: Event | 'reset'; // reset: events were missed, read the inbox again
}

export class Leadkeep {
  readonly api: Client<paths>;
  #token: string | undefined;
  readonly #address: string;
  readonly #connections: Agent;
  readonly #onWait: (seconds: number, status: number) => void;

  constructor(settings: Settings) {
    this.#address = settings.address;
    this.#onWait = settings.onWait ?? (() => {});
    this.#connections = new Agent({
      connect: {
        ca: readFileSync(settings.ca),
        cert: readFileSync(settings.certificate),
        key: readFileSync(settings.key),
      },
      bodyTimeout: 40_000, // the stream of events has a comment every 15 s
    });
    this.api = createClient<paths>({
      baseUrl: settings.address,
      fetch: (request) => this.#send(request),
    });
  }

  async signIn(username: string, password: string): Promise<components['schemas']['Agent']> {
    const opened = taken(await this.api.POST('/v1/sessions', { body: { username, password } }));
    this.#token = opened.token;
    return opened.agent;
  }

  async signOut(): Promise<void> {
    taken(await this.api.DELETE('/v1/session'));
    this.#token = undefined;
  }

  close(): Promise<void> {
    return this.#connections.destroy();
  }

  /** The inbox page by page, newest activity first. */
  async *conversations(limit: number): AsyncGenerator<Conversation> {
    let cursor: string | null = null;
    do {
      const query = cursor === null ? { limit } : { limit, cursor };
      const page: components['schemas']['ConversationList'] =
        taken(await this.api.GET('/v1/conversations', { params: { query } }));
      yield* page.items;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  /** Changes it as `decide` says, who is asked again when somebody else was first. */
  async change(
    conversation: Conversation,
    decide: (now: Conversation) => Change | undefined,
  ): Promise<Conversation> {
    for (let now = conversation; ; ) {
      const path = { id: now.id };
      const body = decide(now);
      if (body === undefined) {
        return now;
      }
      const header = { 'If-Match': `"${now.version}"` };
      const answer = await this.api.PATCH('/v1/conversations/{id}', { params: { path, header }, body });
      if (answer.response.status !== 412) {
        return taken(answer);
      }
      now = taken(await this.api.GET('/v1/conversations/{id}', { params: { path } }));
    }
  }

  /**
   * What changes, from now on or after the event of this id. It is open when the promise is fulfilled; the
   * events end with the connection, and whoever still wants them goes on after the last.
   */
  async events(after?: string): Promise<AsyncGenerator<NumberedEvent>> {
    const request = new Request(this.#address + '/v1/events', {
      headers: after === undefined ? {} : { 'Last-Event-ID': after },
    });
    const response = await this.#send(request);
    if (!response.ok || response.body === null) {
      throw new Problem((await response.json()) as Said, response);
    }
    return eventsOf(response.body);
  }

  /** Repeated as Retry-After says, where that cannot do a thing twice. */
  async #send(request: Request): Promise<Response> {
    if (this.#token !== undefined) {
      request.headers.set('Authorization', `Bearer ${this.#token}`);
    }
    const body = request.body === null ? null : await request.text();
    const repeatable = request.method !== 'POST' || request.headers.has('Idempotency-Key');
    for (let attempt = 0; ; ++attempt) {
      const response = (await fetchOver(request.url, {
        method: request.method,
        headers: [...request.headers],
        body,
        dispatcher: this.#connections,
      })) as unknown as Response;
      const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
      const later = response.status === 429 || response.status === 503;
      if (!later || !repeatable || attempt === RETRIES || !(seconds <= LONGEST_WAIT)) {
        return response;
      }
      await response.body?.cancel();
      this.#onWait(seconds, response.status);
      await wait(seconds * 1000);
    }
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<NumberedEvent> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
      }));
      const data = fields.get('data');
      if (data !== undefined) {
        const reset = fields.get('event') === 'reset';
        yield { id: fields.get('id') ?? '', data: reset ? 'reset' : (JSON.parse(data) as Event) };
      }
    }
  }
}
