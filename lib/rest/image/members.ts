/** Projects that a shared image is offered to. Source: glance/api/v2/image_members.py. */
import { z } from "zod";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { ImageMember } from "../../compute/model.ts";
import { body } from "../compute/body.ts";
import type { Handler } from "../compute/handler.ts";
import type { Route } from "../router.ts";

const memberBody = z.object({ member: z.string().min(1).max(255) });
const statusBody = z.object({ status: z.enum(["pending", "accepted", "rejected"]) });

export function memberEndpoints({ images }: Compute): Route<Handler>[] {
  return [
    {
      method: "GET",
      path: "images/:id/members",
      async run(context, _request, p) {
        const members = (await images.members(context, p.id ?? "")).map((one) => memberView(p.id, one));
        return { status: 200, body: { members, schema: "/v2/schemas/members" } };
      },
    },
    {
      method: "POST",
      path: "images/:id/members",
      async run(context, request, p) {
        const { member } = await body(request, memberBody);
        return { status: 200, body: memberView(p.id, await images.addMember(context, p.id ?? "", member)) };
      },
    },
    {
      method: "GET",
      path: "images/:id/members/:member",
      async run(context, _request, p) {
        const member = (await images.members(context, p.id ?? "")).find((one) => one.member_id === p.member);
        if (!member) throw new ComputeError("not-found", `Member ${p.member} of image ${p.id} could not be found.`);
        return { status: 200, body: memberView(p.id, member) };
      },
    },
    {
      method: "PUT",
      path: "images/:id/members/:member",
      async run(context, request, p) {
        const { status } = await body(request, statusBody);
        const member = await images.answerOffer(context, p.id ?? "", p.member ?? "", status);
        return { status: 200, body: memberView(p.id, member) };
      },
    },
    {
      method: "DELETE",
      path: "images/:id/members/:member",
      async run(context, _request, p) {
        await images.removeMember(context, p.id ?? "", p.member ?? "");
        return { status: 204 };
      },
    },
  ];
}

function memberView(image: string | undefined, member: ImageMember) {
  return { ...member, image_id: image, schema: "/v2/schemas/member" };
}
