/** A real Chromium, as far as there is one. */

import { existsSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'

const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
)

export const whyNoBrowser =
  browserPath === undefined ? 'there is no Chromium on this machine: apt-get install chromium' : null

/** With what it needs to ask nobody but this machine. */
export function aBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(browserPath !== undefined && { executablePath: browserPath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  })
}

/** Chromium drops whatever it is loading when a network of the machine comes or goes, as it does with every pod. */
export const networkChanged = 'net::ERR_NETWORK_CHANGED'

export async function arrive(page: Page, url: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await page.goto(url)
      return
    } catch (error) {
      if (tries === 5 || !String(error).includes(networkChanged)) throw error
    }
  }
}
