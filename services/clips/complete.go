package clips

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

var completeUpload = api.Post("/api/uploads/{upload}/complete", "makes the clip of a file that has arrived", api.Editors, complete).
	Within(checking) // the whole file is read back and hashed

// checking bounds how long a file may be checked.
const checking = 30 * time.Minute

// complete may be called again at any time, also after a crash in the middle: every step finds what
// an earlier call has done.
func complete(ctx context.Context, d *run.Deps, req GetUpload) (Clip, error) {
	u, err := findUpload(ctx, d, api.OwnerOf(ctx), req.Upload)
	if err != nil {
		return Clip{}, err
	}
	if u.Clip == "" {
		if u.Clip, err = makeClip(ctx, d, u); err != nil {
			return Clip{}, err
		}
	}
	p, err := retryUploaded(ctx, d, u.Owner, u.Clip, u.Object)
	if err != nil {
		return Clip{}, err
	}
	if err := d.WaitFor(ctx, p); err != nil {
		return Clip{}, err
	}
	if err := keepOne(ctx, d, u); err != nil {
		return Clip{}, err
	}
	return load(ctx, d.DB, u.Owner, u.Clip)
}

// makeClip checks the file and registers it. Meanwhile the upload cannot be thrown away.
func makeClip(ctx context.Context, d *run.Deps, u upload) (clip string, err error) {
	var since time.Time
	err = d.DB.QueryRow(ctx, `update vault.uploads set completing_at = clock_timestamp() where id = $1 returning completing_at`, u.ID).Scan(&since)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", thrownAway(u)
	}
	if err != nil {
		return "", err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		// Another call that checks the same file has put its own time there.
		_, clearErr := d.DB.Exec(ctx, `update vault.uploads set completing_at = null where id = $1 and completing_at = $2`, u.ID, since)
		err = errors.Join(err, clearErr)
	}()
	if err := assemble(ctx, d, u); err != nil {
		return "", err
	}
	sum, err := hash(ctx, d.Blob, u)
	if err != nil {
		return "", err
	}
	clip = es.DerivedID("clip", u.Owner, sum)
	return clip, pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		// The row is locked until it names the clip, so the upload is either registered or thrown away.
		err := tx.QueryRow(ctx, `select id from vault.uploads where id = $1 for update`, u.ID).Scan(nil)
		if errors.Is(err, pgx.ErrNoRows) {
			return thrownAway(u)
		}
		if err != nil {
			return err
		}
		if err := register(ctx, d, u, clip, sum); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update vault.uploads set clip = $2 where id = $1`, u.ID, clip)
		return err
	})
}

func thrownAway(u upload) error {
	return fault.New(fault.NotFound, "the upload %s was thrown away; send the file again", u.ID)
}

// assemble makes one object of the parts, once all of them are there.
func assemble(ctx context.Context, d *run.Deps, u upload) error {
	arrived, err := d.Blob.Parts(ctx, u.Object, u.Multipart)
	if errors.Is(err, blob.ErrNotFound) {
		_, err = d.Blob.Stat(ctx, u.Object) // an earlier call has come this far
		if errors.Is(err, blob.ErrNotFound) {
			return fault.New(fault.NotFound, "the upload %s is over; send the file again", u.ID)
		}
		return err
	}
	if err != nil {
		return err
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
		return fault.New(fault.Conflict, "%d of %d parts have not arrived whole: %s; put them again",
			len(missing), u.parts(), strings.Join(missing[:min(len(missing), 20)], ", "))
	}
	err = d.Blob.Complete(ctx, u.Object, u.Multipart, arrived)
	if errors.Is(err, blob.ErrNotFound) {
		_, err = d.Blob.Stat(ctx, u.Object) // another call was quicker
	}
	return err
}

// hash reads the stored file back, so that what is on record is what is stored.
func hash(ctx context.Context, store *blob.Store, u upload) (string, error) {
	r, object, err := store.Open(ctx, u.Object)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	if object.Size != u.Size {
		return "", fault.New(fault.Conflict, "the file was announced with %d bytes and %d have arrived", u.Size, object.Size)
	}
	h := sha256.New()
	n, err := io.CopyBuffer(h, r, make([]byte, 1<<20))
	if err != nil {
		return "", fmt.Errorf("reading %s back: %w", u.Object, err)
	}
	if n != u.Size {
		return "", fmt.Errorf("reading %s back: %d of %d bytes", u.Object, n, u.Size)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// register tells the log, unless it knows the content already.
func register(ctx context.Context, d *run.Deps, u upload, id, sum string) error {
	e := events.ClipRegistered{
		Clip: id, Stream: u.Stream, Name: u.Name, Size: u.Size, ContentType: u.ContentType, SHA256: sum,
		Object: u.Object, StartedAt: u.StartedAt,
	}
	if e.Stream == "" {
		e.Stream = es.DerivedID("stream", id)
		e.NewStream = &events.NewStream{Title: title(u), StartedAt: time.Now().UTC()}
		if u.StartedAt != nil {
			e.NewStream.StartedAt = u.StartedAt.UTC()
		}
	}
	_, err := d.Append(ctx, u.Owner, e, es.Expect(0), es.ID(es.DerivedID("clip.registered", id)))
	if conflict := (*es.ConflictError)(nil); errors.As(err, &conflict) {
		return nil
	}
	return err
}

// title of the stream that is made for a file.
func title(u upload) string {
	if t := strings.TrimSpace(u.Title); t != "" {
		return t
	}
	name := strings.Join(strings.Fields(strings.TrimSuffix(u.Name, path.Ext(u.Name))), " ")
	if name == "" {
		name = "Recording"
	}
	if runes := []rune(name); len(runes) > 200 {
		name = string(runes[:200])
	}
	return name
}

// keepOne removes the file if the same content is stored elsewhere.
func keepOne(ctx context.Context, d *run.Deps, u upload) error {
	var object string
	if err := d.DB.QueryRow(ctx, `select object from clip where owner = $1 and id = $2`, u.Owner, u.Clip).Scan(&object); err != nil {
		return err
	}
	if object == u.Object {
		return nil
	}
	return d.Blob.Remove(ctx, u.Object)
}
