/** Tells the application of a problem: one who is told and fails, at once or later, must not end the process. */
export async function tell<Problem>(onProblem: (problem: Problem) => unknown, problem: Problem): Promise<void> {
  try {
    await onProblem(problem);
  } catch {}
}
