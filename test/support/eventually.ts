/** A condition that comes true, waited for. */

import { until } from '../e2e/until.js'

export async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await until(isTrue.toString(), async () => ((await isTrue()) ? true : undefined))
}
