/** What tests of contexts need: the exact text of a failure. */

/** The message of what `act` throws, at once or later. */
export async function messageOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

export const backends = ['cc', 'interp'] as const;
