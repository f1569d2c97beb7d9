/** What the API says of security groups. */
import type { Extension } from "../resource.ts";

export const EXTENSIONS: readonly Extension[] = [
  {
    alias: "security-group",
    name: "security-group",
    description: "The security groups extension.",
    updated: "2012-10-05T10:00:00-00:00",
  },
  {
    alias: "stateful-security-group",
    name: "Stateful security group",
    description: "Indicates if the security group is stateful or not",
    updated: "2019-11-26T09:00:00-00:00",
  },
  {
    alias: "security-groups-normalized-cidr",
    name: "Normalized CIDR field for security group rules",
    description: "Add new field with normalized remote_ip_prefix cidr in SG rule",
    updated: "2020-07-28T10:00:00-00:00",
  },
  {
    alias: "security-groups-remote-address-group",
    name: "Remote address group id field for security group rules",
    description: "Add new field of remote address group id in SG rules",
    updated: "2020-08-25T10:00:00-00:00",
  },
  {
    alias: "security-groups-shared-filtering",
    name: "Security group filtering on the shared field",
    description: "Support filtering security groups on the shared field",
    updated: "2021-10-05T09:00:00-00:00",
  },
  {
    alias: "port-security-groups-filtering",
    name: "Port filtering on security groups",
    description: "Provides security groups filtering when listing ports",
    updated: "2018-01-09T09:00:00-00:00",
  },
  {
    alias: "address-group",
    name: "Address group",
    description: "Support address group",
    updated: "2020-07-15T10:00:00-00:00",
  },
];
