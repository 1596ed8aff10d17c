package clips

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

var completeUpload = api.Post("/api/uploads/{upload}/complete", "makes the clip of a file that has arrived", api.Editors, complete).
	Within(checking) // the whole file is read back and hashed

// checking bounds how long a file may be checked: a file of 5 TB read at 250 MB/s.
const checking = 6 * time.Hour

// complete may be called again at any time, also after a crash in the middle: every step finds what
// an earlier call has done. Of several calls at once, the others wait for the first.
func complete(ctx context.Context, d *run.Deps, req GetUpload) (Clip, error) {
	owner := api.OwnerOf(ctx)
	u, err := findUpload(ctx, d, owner, req.Upload)
	if err != nil {
		return Clip{}, err
	}
	if u.Clip == "" {
		err := alone(ctx, d, u.lock(), func() error {
			if u, err = findUpload(ctx, d, owner, req.Upload); err == nil && u.Clip == "" {
				u.Clip, err = makeClip(ctx, d, u)
			}
			return err
		})
		if err != nil {
			return Clip{}, err
		}
	}
	p, err := retryUploaded(ctx, d, u.Owner, u.Clip, u.Object)
	if unlessGone(err) != nil {
		return Clip{}, err
	}
	if err := d.WaitFor(ctx, p); err != nil {
		return Clip{}, err
	}
	if err := u.settle(ctx, d); err != nil {
		return Clip{}, err
	}
	c, err := load(ctx, d.DB, u.Owner, u.Clip)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.New(fault.NotFound, "the clip of the upload %s was deleted; send the file again", u.ID)
	}
	return c, err
}

// makeClip checks the file and registers it. The caller holds the upload's lock, so it cannot be thrown
// away meanwhile.
func makeClip(ctx context.Context, d *run.Deps, u upload) (clip string, err error) {
	if err := assemble(ctx, d, u); err != nil {
		return "", err
	}
	sum, err := hash(ctx, d.Blob, u)
	if err != nil {
		return "", err
	}
	return register(ctx, d, u, sum)
}

// assemble makes one object of the parts, once all of them are there.
func assemble(ctx context.Context, d *run.Deps, u upload) error {
	arrived, err := d.Blob.Parts(ctx, u.Object, u.Multipart)
	if errors.Is(err, blob.ErrNotFound) { // an earlier call has come this far
		return u.whole(ctx, d)
	}
	if err != nil {
		return storeFailed(err)
	}
	there := map[int]int64{}
	for _, p := range arrived {
		there[p.Number] = p.Size
	}
	var missing []string
	for number := 1; number <= u.parts(); number++ {
		if there[number] != u.sizeOf(number) {
			missing = append(missing, fmt.Sprint(number))
		}
	}
	if len(missing) > 0 {
		if _, err := d.Blob.Stat(ctx, u.Object); err == nil { // the file was made, and a crash came while parts were removed
			return nil
		}
		return fault.New(fault.Conflict, "%d of %d parts have not arrived whole: %s; put them again",
			len(missing), u.parts(), strings.Join(missing[:min(len(missing), 20)], ", "))
	}
	now := time.Now()
	u.AssembledAt = &now
	if _, err := d.DB.Exec(ctx, `update vault.uploads set assembled_at = $2 where id = $1`, u.ID, now); err != nil {
		return err
	}
	err = d.Blob.Complete(ctx, u.Object, u.Multipart, arrived)
	if err == nil || errors.Is(err, blob.ErrNotFound) { // done, or a lost answer was asked for again
		return u.whole(ctx, d)
	}
	return storeFailed(err)
}

// readTries is how often in a row the object store may break off without a byte while a file is read.
const readTries = 5

// hash reads the stored file back, so that what is on record is what is stored. It goes on where the
// object store broke off.
func hash(ctx context.Context, store *blob.Store, u upload) (string, error) {
	object, err := store.Stat(ctx, u.Object)
	if err != nil {
		return "", storeFailed(err)
	}
	if object.Size != u.Size {
		return "", fault.New(fault.Conflict, "the file was announced with %d bytes and %d have arrived", u.Size, object.Size)
	}
	h := sha256.New()
	buffer := make([]byte, 1<<20)
	for done, tries := int64(0), 0; done < u.Size; {
		n, err := readFrom(ctx, store, u, done, h, buffer)
		if done += n; n > 0 {
			tries = 0
		}
		if err == nil {
			continue
		}
		if tries++; tries == readTries || ctx.Err() != nil {
			return "", storeFailed(fmt.Errorf("reading %s back: %d of %d bytes: %w", u.Object, done, u.Size, err))
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func readFrom(ctx context.Context, store *blob.Store, u upload, offset int64, w io.Writer, buffer []byte) (int64, error) {
	r, err := store.Section(ctx, u.Object, offset, u.Size-offset)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }()
	n, err := io.CopyBuffer(w, r, buffer)
	if err == nil && n < u.Size-offset {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// settle ends an upload that is registered: its file is removed if the same content is stored elsewhere,
// or the clip was deleted.
func (u upload) settle(ctx context.Context, d *run.Deps) error {
	version, err := d.Logs.Version(ctx, events.Facts, u.Owner, "clip", u.Clip)
	if err != nil {
		return err
	}
	if err := d.WaitFor(ctx, version); err != nil {
		return err
	}
	now, err := find(ctx, d.DB, u.Owner, u.Clip)
	if err = unlessGone(err); err != nil {
		return err
	}
	if now.Object != u.Object {
		if err := d.Blob.Remove(ctx, u.Object); err != nil {
			return storeFailed(err)
		}
	}
	return d.Logs.CancelTimer(ctx, u.Owner, events.UploadLapsed{Upload: u.ID})
}
