/** An answer of the engine that is not a success: its HTTP status and its sentence. */
export class LabError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'LabError';
    this.status = status;
  }
}

export function statusOf(thrown: unknown): { status: number; message: string } {
  if (thrown instanceof LabError) return { status: thrown.status, message: thrown.message };
  return { status: 500, message: thrown instanceof Error ? thrown.message : String(thrown) };
}
