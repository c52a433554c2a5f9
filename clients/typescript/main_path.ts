// The main path of an agent desktop: sign in, read the inbox, reply, and see the reply delivered.
//
//     source build/demo/env          # that scripts/quickstart has written
//     cd clients/typescript && npm ci --ignore-scripts && npm start
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { Leadkeep, Problem, taken } from './client.ts';
import type { Change, Conversation, NumberedEvent } from './client.ts';

const REPLY = 'Thank you, we are looking into it.';
const PAGE = 2; // so small that there is something to page through

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    console.error(`set ${name}; clients/README.md says how`);
    process.exit(2);
  }
  return value;
}

/** Decides by what the conversation is now; somebody may have changed it a moment ago. */
function answered(now: Conversation): Change | undefined {
  console.log('  deciding at version', now.version);
  if (now.tags.includes('answered') && now.status === 'pending') {
    return undefined;
  }
  return { status: 'pending', tags: [...new Set([...now.tags, 'answered'])].sort() };
}

async function walk(leadkeep: Leadkeep): Promise<void> {
  const agent = await leadkeep.signIn(setting('LEADKEEP_USER'), setting('LEADKEEP_PASSWORD'));
  console.log('signed in as', agent.id);

  const inbox: Conversation[] = [];
  for await (const one of leadkeep.conversations(PAGE)) {
    console.log(`  ${one.lead.handle}: ${one.status}, ${one.unread} unread`);
    inbox.push(one);
  }
  console.log('conversations:', inbox.length);
  const conversation = inbox[0];
  if (conversation === undefined) {
    return;
  }

  const path = { id: conversation.id };
  const messages = async () =>
    taken(await leadkeep.api.GET('/v1/conversations/{id}/messages', { params: { path } })).items;
  for (const message of await messages()) {
    console.log(`  ${message.direction}: ${message.text?.body ?? '-'}`);
  }

  await leadkeep.change(conversation, () => ({ assignee: agent.id }));
  console.log('assigned to', agent.id);

  // The stream is opened first, so that no event of the reply is missed.
  let stream = await leadkeep.events();
  const sent = taken(await leadkeep.api.POST('/v1/conversations/{id}/messages', {
    params: { path, header: { 'Idempotency-Key': randomUUID() } },
    body: { type: 'text', text: { body: REPLY } },
  }));
  console.log('replied:', sent.id);
  const isOfReply = ({ data }: NumberedEvent) => data !== 'reset' && data.message_id === sent.id;
  let last = '';
  for await (const event of stream) {
    tell(event);
    last = event.id;
    if (isOfReply(event)) {
      break; // which closes the stream
    }
  }

  // The inbox was read before the conversation was assigned: the first attempt is refused, and what to do
  // is decided anew.
  const changed = await leadkeep.change(conversation, answered);
  console.log('changed:', changed.status, ...changed.tags);

  // As after a lost connection: nothing that happened meanwhile is missed.
  stream = await leadkeep.events(last);
  for await (const event of stream) {
    tell(event);
    if (event.data === 'reset' || isOfReply(event)) {
      const status = (await messages()).find((message) => message.id === sent.id)?.status;
      if (status === 'delivered' || status === 'read' || status === 'failed' || status === 'parked') {
        console.log('the reply is', status);
        break;
      }
    }
  }

  await leadkeep.signOut();
  console.log('signed out');
}

function tell(event: NumberedEvent): void {
  console.log(`  ${event.id} ${event.data === 'reset' ? 'reset' : event.data.kind}`);
}

const leadkeep = new Leadkeep({
  address: setting('LEADKEEP_API'),
  ca: setting('LEADKEEP_CA'),
  certificate: setting('LEADKEEP_CERT'),
  key: setting('LEADKEEP_KEY'),
  onWait: (seconds, status) => console.log(`${status}: again in ${seconds} s`),
});
try {
  await walk(leadkeep);
} catch (failure) {
  if (!(failure instanceof Problem)) {
    throw failure;
  }
  console.error(`refused: ${failure.message} (X-Request-Id ${failure.requestId})`);
  process.exitCode = 1;
} finally {
  await leadkeep.close();
}
