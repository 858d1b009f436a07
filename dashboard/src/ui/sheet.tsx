import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { ScrollRegion } from "./scroll-region.tsx";

/** A page beside the page: from the right on wide screens, over all of a narrow one. */
export function Sheet({
  open,
  onClose,
  title,
  lead,
  about,
  footer,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  lead?: ReactNode;
  about?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed inset-y-0 end-0 z-40 flex w-full max-w-lg animate-[slide-in_180ms_ease-out] flex-col bg-raised shadow-float outline-none">
          <div className="flex items-start gap-3 border-b border-line px-5 py-4">
            {lead}
            <div className="min-w-0 flex-1">
              <Dialog.Title className="text-lg font-semibold">{title}</Dialog.Title>
              {about && <Dialog.Description className="text-sm text-neutral">{about}</Dialog.Description>}
            </div>
            <Dialog.Close
              aria-label="Close"
              className="touch -me-1.5 inline-flex size-8 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
            >
              <X aria-hidden className="size-4" />
            </Dialog.Close>
          </div>
          <ScrollRegion label={title} className="min-h-0 flex-1 overflow-y-auto px-5 py-4 -outline-offset-2">
            {children}
          </ScrollRegion>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A question that must be answered before the page goes on. */
export function Question({
  open,
  onClose,
  title,
  children,
  actions,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  actions: ReactNode;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-2rem)] w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 flex-col overflow-y-auto rounded-xl border border-line bg-raised p-5 shadow-float outline-none">
          <Dialog.Title className="text-lg font-semibold">{title}</Dialog.Title>
          <div className="mt-2 text-sm text-soft">{children}</div>
          <div className="mt-5 flex flex-wrap justify-end gap-2">{actions}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
