/** Bodies of create and update requests: `keystone/{identity,resource,assignment,application_credential}/schema.py`. */
import { z } from "zod";

const NOT_BLANK = /[\S]+/;

const name = z
  .string()
  .min(1)
  .max(255)
  .regex(NOT_BLANK)
  .transform((text) => text.trim());
const shortName = z
  .string()
  .min(1)
  .max(64)
  .regex(NOT_BLANK)
  .transform((text) => text.trim());
const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9-]+$/);
const description = z.string().nullable();
export const tag = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^,/]*$/);
export const tags = z
  .array(tag)
  .max(80)
  .refine((all) => new Set(all).size === all.length, "tags has non-unique elements");

const immutable = z.strictObject({ immutable: z.boolean().nullable().optional() });
const userOptions = z.strictObject({
  ignore_change_password_upon_first_use: z.boolean().nullable().optional(),
  ignore_password_expiry: z.boolean().nullable().optional(),
  ignore_lockout_failure_attempts: z.boolean().nullable().optional(),
  ignore_user_inactivity: z.boolean().nullable().optional(),
  lock_password: z.boolean().nullable().optional(),
});

/** Keystone keeps attributes that it does not know; they go to `extra`. Ids and links are never the client's to say. */
function withExtra<S extends z.ZodRawShape>(shape: S) {
  const known = new Set([...Object.keys(shape), "id", "links", "password_expires_at", "__proto__"]);
  return z.looseObject(shape).transform((value) => ({
    ...value,
    extra: Object.fromEntries(Object.entries(value).filter(([key]) => !known.has(key))),
  }));
}

/** Says at least one thing. */
function changes<S extends z.ZodRawShape>(shape: S) {
  return z
    .record(z.string(), z.unknown())
    .refine((value) => Object.keys(value).length > 0, "{} does not have enough properties")
    .pipe(withExtra(shape));
}

const domainShape = {
  description: description.optional(),
  enabled: z.boolean().optional(),
  tags: tags.optional(),
  options: immutable.optional(),
};
export const domainCreate = withExtra({ ...domainShape, name: shortName });
export const domainUpdate = changes({ ...domainShape, name: shortName.optional() });

const projectShape = {
  description: description.optional(),
  domain_id: id.nullable().optional(),
  parent_id: id.nullable().optional(),
  enabled: z.boolean().optional(),
  is_domain: z.boolean().optional(),
  tags: tags.optional(),
  options: immutable.optional(),
};
export const projectCreate = withExtra({ ...projectShape, name: shortName });
export const projectUpdate = changes({ ...projectShape, name: shortName.optional() });

const userShape = {
  default_project_id: id.nullable().optional(),
  domain_id: id.optional(),
  enabled: z.boolean().optional(),
  password: z.string().nullable().optional(),
  options: userOptions.optional(),
};
export const userCreate = withExtra({ ...userShape, name });
export const userUpdate = changes({ ...userShape, name: name.optional() });
export const passwordChange = z.strictObject({ original_password: z.string(), password: z.string() });

const groupShape = { description: description.optional(), domain_id: id.optional() };
export const groupCreate = withExtra({ ...groupShape, name });
export const groupUpdate = changes({ ...groupShape, name: name.optional() });

const roleShape = { description: description.optional(), options: immutable.optional() };
export const roleCreate = withExtra({ ...roleShape, domain_id: id.nullable().optional(), name });
export const roleUpdate = changes({ ...roleShape, name: name.optional() });

const roleReference = z
  .strictObject({ id: id.optional(), name: name.optional() })
  .refine((one) => (one.id === undefined) !== (one.name === undefined), "a role is given by its id or its name");
export const applicationCredentialCreate = z.looseObject({
  name,
  description: description.optional(),
  secret: z.string().nullable().optional(),
  expires_at: z.string().nullable().optional(),
  roles: z.array(roleReference).optional(),
  unrestricted: z.boolean().optional(),
  access_rules: z.array(z.looseObject({})).optional(),
});
