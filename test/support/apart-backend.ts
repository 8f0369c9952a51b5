import { InterpreterBackend } from '../../backends/interpreter/backend.ts';

/** Devices of it share no memory, as GPUs do not. */
export class ApartBackend extends InterpreterBackend {
  override readonly sharesMemory = false;
}
