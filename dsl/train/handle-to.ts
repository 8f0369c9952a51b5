import { type ArrayHandle, type DeviceArray, UserError } from '../../compiler/index.ts';

/** A handle to an array that belongs to no tensor. */
export function handleTo(array: DeviceArray): ArrayHandle {
  return {
    label: array.label,
    get merge(): ArrayHandle {
      const message = `\`${array.label}\` has no merge buffer: only values and gradients have`;
      throw new UserError({ code: 'EINC0226', message });
    },
    deviceArray: () => array,
  };
}
