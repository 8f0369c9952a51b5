/**
 * Puts independent nests into one launch: the updates of all parameters of a model, the column sums of a matrix beside what
 * is done to its rows. Exact.
 *
 *   before   for o < 4096 { w[o] -= 0.1 * w.grad[o]; }
 *            for o < 10 { b[o] -= 0.1 * b.grad[o]; }
 *
 *   after    for together < 1 launch {
 *              for o < 4096 grid { w[o] -= 0.1 * w.grad[o]; }
 *              for o < 10 grid { b[o] -= 0.1 * b.grad[o]; }
 *            }
 *
 * Nests may move past a few independent statements. A launch takes the arrays of all its kernels; if those are too many,
 * there are several launches. Nests that one block finishes in the time of a launch are left to `bind-threads`, unless
 * a larger nest can take them along.
 */
import { Names } from '../../core/names.ts';
import { conflict, namesIn } from '../../loop/facts.ts';
import { block, type Block, type Comment, type Stmt } from '../../loop/ir.ts';
import { isKernel } from '../../loop/kernel.ts';
import { mapParts } from '../../loop/traverse.ts';
import { holdsNests, suitsOneBlock } from '../../schedule/gpu/bind.ts';
import type { Gpu } from '../../schedule/target.ts';
import { launchOf, mayJoin, type Member, memberAt } from '../../schedule/gpu/launch-group.ts';
import type { Note } from '../decision.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function launchTogether(gpu: Gpu): Pass {
  return {
    name: 'launch-together',
    run: (program, note) => {
      const options = { gpu, names: new Names(namesIn(program)), note };
      // Nests move to share a launch; others may then be near enough to share one, too.
      let [before, body] = [program.body, joinedIn(program.body, options)];
      while (body !== before) [before, body] = [body, joinedIn(body, options)];
      return withBody(program, body);
    },
  };
}

interface Options {
  readonly gpu: Gpu;
  readonly names: Names;
  readonly note: Note | undefined;
}

/** How many statements nests may move past to share a launch. */
const mostPassed = 16;

/** A place in the program: nests that share a launch and may take more, or one statement. */
type Place = { readonly members: readonly Member[] } | { readonly stmt: Stmt };

/** Also inside loops that contain launches. */
function joinedIn(s: Stmt, options: Options): Stmt {
  if (s.kind === 'for') {
    if (isKernel(s)) return s;
    const isAround = !suitsOneBlock(s, options.gpu) && holdsNests(s);
    return isAround ? mapParts(s, { expr: e => e, stmt: t => joinedIn(t, options) }) : s;
  }
  if (s.kind !== 'block') return s;
  // What would be launched with small ones alone stays where it is.
  const loose = new Set<Stmt>();
  let places = placesOf(s, loose, options);
  for (let small = smallIn(places, options.gpu); small.length > 0;) {
    for (const { nest } of small) loose.add(nest);
    places = placesOf(s, loose, options);
    small = smallIn(places, options.gpu);
  }
  const out = places.flatMap(place => statementsAt(place, options));
  return out.length === s.body.length && out.every((t, i) => t === s.body[i]) ? s : block(out);
}

function placesOf(s: Block, loose: ReadonlySet<Stmt>, options: Options): readonly Place[] {
  const { gpu, names } = options;
  const places: Place[] = [];
  let comments: Comment[] = [];
  for (const part of s.body) {
    if (part.kind === 'comment') {
      comments.push(part);
      continue;
    }
    const member = loose.has(part) ? undefined : memberAt(part, comments, gpu, names);
    if (member) placeMember(member, places, gpu);
    else places.push(...[...comments, joinedIn(part, options)].map(stmt => ({ stmt })));
    comments = [];
  }
  return [...places, ...comments.map(stmt => ({ stmt }))];
}

/** Nests beside others, of which one block does each as soon as a launch takes. */
function smallIn(places: readonly Place[], gpu: Gpu): readonly Member[] {
  return places.flatMap(place => {
    const members = 'members' in place ? place.members : [];
    const isSmall = members.length > 1 && members.every(({ nest }) => suitsOneBlock(nest, gpu));
    return isSmall ? members : [];
  });
}

/**
 * Beside the first nests that it may be with, of those before it that are not far: up to them, or else they down
 * to it. By itself behind all where there are none.
 */
function placeMember(member: Member, places: Place[], gpu: Gpu): void {
  const first = Math.max(0, places.length - mostPassed);
  let [up, down]: (number | undefined)[] = [];
  let mayPass = true;
  for (let at = places.length - 1; at >= first; at--) {
    const place = places[at];
    if (!place) continue;
    if ('members' in place && mayJoin(member, place.members, gpu)) {
      if (mayPass) up = at;
      else if (down === undefined && mayComeAfter(place, places.slice(at + 1))) down = at;
    }
    mayPass &&= stmtsAt(place).every(s => !conflict(s, member.nest));
  }
  const joined = up ?? down;
  const passed = joined === undefined ? [] : places.splice(joined);
  const [place, ...between] = passed;
  const others = place && 'members' in place ? place.members : [];
  const both = { members: [...others, member] };
  if (up === undefined) {
    places.push(...between, both);
    return;
  }
  const declares = (p: Place): boolean => 'stmt' in p && p.stmt.kind === 'declare';
  places.push(...between.filter(declares), both, ...between.filter(p => !declares(p)));
}

function mayComeAfter(place: Place, others: readonly Place[]): boolean {
  return others.every(other =>
    stmtsAt(other).every(s => stmtsAt(place).every(own => !conflict(own, s))),
  );
}

function stmtsAt(place: Place): readonly Stmt[] {
  return 'members' in place ? place.members.map(({ nest }) => nest) : [place.stmt];
}

/** One launch if there are several nests. */
function statementsAt(place: Place, { names, note }: Options): readonly Stmt[] {
  if ('stmt' in place) return [place.stmt];
  const { members } = place;
  const [only] = members;
  if (members.length === 1 && only) return [...only.comments, only.nest];
  const after = launchOf(members, names);
  const before = members.map(({ nest }) => nest);
  note?.({ about: 'nest', step: { kind: 'launch', kernels: members.length }, before, after });
  return [after];
}
