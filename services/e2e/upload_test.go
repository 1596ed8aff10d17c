package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
)

// upload is a file on its way.
type upload struct {
	ID       string
	PartSize int64
	Parts    []struct {
		Number int
		URL    string
	}
	Arrived []struct {
		Number int
		Size   int64
	}
}

// begin announces a file.
func (c *client) begin(ctx context.Context, name string, size int) (upload, error) {
	var up upload
	res, err := c.try(ctx, http.MethodPost, "/api/uploads",
		map[string]any{"name": name, "size": size, "contentType": "video/mp4"}, nil)
	if err == nil {
		err = res.decode(&up)
	}
	return up, err
}

// put sends the parts to where the upload says, as a page does: with an Origin and nothing else.
func (c *client) put(ctx context.Context, up upload, content []byte) error {
	origin := c.header.Get("Origin")
	for _, part := range up.Parts {
		from := int64(part.Number-1) * up.PartSize
		until := min(from+up.PartSize, int64(len(content)))
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, part.URL, bytes.NewReader(content[from:until]))
		if err != nil {
			return err
		}
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		res, err := send(req)
		if err == nil {
			err = res.decode(nil)
		}
		if err != nil {
			return fmt.Errorf("part %d: %w", part.Number, err)
		}
		if allowed := res.header.Get("Access-Control-Allow-Origin"); origin != "" && allowed != origin {
			return fmt.Errorf("part %d: a page at %s may not see the answer, one at %q may", part.Number, origin, allowed)
		}
	}
	return nil
}

// complete makes the clip of what has been put.
func (c *client) complete(ctx context.Context, up upload) (clip, error) {
	var made clip
	res, err := c.try(ctx, http.MethodPost, "/api/uploads/"+up.ID+"/complete", nil, nil)
	if err == nil {
		err = res.decode(&made)
	}
	return made, err
}

// upload takes a file in.
func (c *client) upload(ctx context.Context, name string, content []byte) (clip, error) {
	up, err := c.begin(ctx, name, len(content))
	if err != nil {
		return clip{}, err
	}
	if err := c.put(ctx, up, content); err != nil {
		return clip{}, err
	}
	return c.complete(ctx, up)
}
