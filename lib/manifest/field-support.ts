/**
 * Which fields of a Pod podkeep honours: one table for every field there is.
 *
 * supported  done as Kubernetes does it
 * ignored    accepted, and it truly cannot matter on one machine without an API server: `reason` says why
 * never      refused, except for the values that mean what happens anyway (`fine`): `reason` says why, `instead` what to write
 *
 * T1  A field below a supported one has a row of its own; below any other it is as the nearest field above it that has one.
 *     test/unit/manifest/field-support.test.ts compares the table with the schema.
 * T2  Rows of `spec.containers[]` hold for `spec.initContainers[]` too.
 */

import { containerRows } from './container-fields.js'
import type { FieldRow } from './field-rows.js'
import { podRows } from './pod-fields.js'
import { volumeRows } from './volume-fields.js'

export const fieldSupport: readonly FieldRow[] = [...podRows, ...containerRows, ...volumeRows]
