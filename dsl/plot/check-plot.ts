/** Checks of plots, for callers in JavaScript: a misspelt option would just be missing. */
const ofAll = ['title', 'xLabel', 'yLabel', 'width', 'height', 'columns'];
const ofGroup = ['x', 'y', 'mark', 'label'];

export function checkLinePlot(plot: object): void {
  if (!('series' in plot)) {
    checkOptions('linePlot', plot, [...ofGroup, ...ofAll]);
    checkNumbers('linePlot', plot, ['y']);
    return;
  }
  checkOptions('linePlot', plot, ['series', ...ofAll]);
  checkGroups('linePlot', 'series', plot.series, ['y']);
}

export function checkScatterPlot(call: string, plot: object): void {
  checkOptions(call, plot, ['points', 'boundary', 'background', ...ofAll]);
  checkGroups(call, 'points', 'points' in plot ? plot.points : undefined, ['x', 'y']);
}

function checkOptions(call: string, given: unknown, names: readonly string[]): void {
  const listed = `its options are ${names.join(', ')}`;
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`the options of ${call} are an object: ${listed}`);
  }
  const odd = Object.keys(given).find(name => !names.includes(name));
  if (odd !== undefined) throw new TypeError(`${call} has no option ${odd}: ${listed}`);
}

function checkGroups(
  call: string,
  option: string,
  groups: unknown,
  wanted: readonly string[],
): void {
  if (!Array.isArray(groups)) {
    throw new TypeError(`${option} of ${call} is a list: [{ ${wanted.join(', ')} }]`);
  }
  for (const group of groups as readonly object[]) {
    checkOptions(call, group, ofGroup);
    checkNumbers(call, group, wanted);
  }
}

function checkNumbers(call: string, given: object, wanted: readonly string[]): void {
  for (const name of wanted) {
    const values: unknown = Reflect.get(given, name);
    if (Array.isArray(values) || ArrayBuffer.isView(values)) continue;
    throw new TypeError(
      `${name} of ${call} is a list of numbers; of values that were read, .data is`,
    );
  }
}
