/** What the QoS service calls its extensions. Source: neutron_lib/api/definitions/qos*.py, port_resource_request*.py. */
import type { Extension } from "../resource.ts";

export const QOS_EXTENSIONS: readonly Extension[] = [
  {
    alias: "qos",
    name: "Quality of Service",
    description: "The Quality of Service extension.",
    updated: "2015-06-08T10:00:00-00:00",
  },
  {
    alias: "qos-bw-limit-direction",
    name: "Direction for QoS bandwidth limit rule",
    description: "Allow to configure QoS bandwidth limit rule with specific direction: ingress or egress",
    updated: "2017-04-10T10:00:00-00:00",
  },
  {
    alias: "qos-bw-minimum-ingress",
    name: "Ingress direction for QoS minimum bandwidth rule",
    description: "Allow to configure QoS minumum bandwidth rule with ingress direction.",
    updated: "2018-07-09T10:00:00-00:00",
  },
  {
    alias: "qos-default",
    name: "QoS default policy",
    description: "Expose the QoS default policy per project",
    updated: "2017-041-06T10:00:00-00:00",
  },
  {
    alias: "qos-port-network-policy",
    name: "QoS port network policy ID",
    description: "Adds a the QoS network ID to the port definition",
    updated: "2019-11-01T10:00:00-00:00",
  },
  {
    alias: "qos-pps-minimum",
    name: "QoS minimum packet rate rule",
    description: "Allow to configure QoS minimum packet rate rule.",
    updated: "2021-07-14T10:00:00-00:00",
  },
  {
    alias: "qos-pps-minimum-rule-alias",
    name: "QoS minimum packet rate rule alias",
    description:
      "API to enable GET, PUT and DELETE operations on QoS minimum packet rate rule without specifying policy ID",
    updated: "2021-10-22T10:00:00-00:00",
  },
  {
    alias: "qos-pps",
    name: "QoS Rule Type Packet per Second Extension",
    description: "Add QoS Rule Type Packet per Second",
    updated: "2021-05-12T10:00:00-00:00",
  },
  {
    alias: "qos-rule-type-details",
    name: "Details of QoS rule types",
    description: "Expose details about QoS rule types supported by loaded backend drivers",
    updated: "2017-06-22T10:00:00-00:00",
  },
  {
    alias: "qos-rule-type-filter",
    name: "Allow to filter the list of QoS rule types",
    description:
      'Allows to filter the QoS rule type list adding two new flags. "all_rules" prints all implemented QoS rule types."all_supported" prints all supported QoS rule types by the loaded mechanism drivers',
    updated: "2022-02-02T10:00:00-00:00",
  },
  {
    alias: "qos-rules-alias",
    name: "Quality of Service rules alias API",
    description: "API to enable GET, PUT and DELETE operations on QoS policy rules without specifying policy ID",
    updated: "2018-10-07T10:00:00-00:00",
  },
  {
    alias: "port-resource-request",
    name: "Port Resource Request",
    description: "Expose resource request to Port",
    updated: "2018-05-08T10:00:00-00:00",
  },
  {
    alias: "port-resource-request-groups",
    name: "Port Resource Request Groups",
    description:
      "Support requesting multiple groups of resources and traits from the same RP subtree in resource_request",
    updated: "2021-08-02T10:00:00-00:00",
  },
];
