package media

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// Sample makes a recording to try things with: 720p30 with stereo sound, of the given length in seconds.
func Sample(ctx context.Context, outFile string, seconds int) error {
	picture := fmt.Sprintf("gradients=s=640x360:r=30:d=%d:n=5:seed=7:speed=0.012:"+
		"c0=0x120a1f:c1=0x5b1a4b:c2=0xe4572e:c3=0xffb238:c4=0x1b1030", seconds)
	sound := fmt.Sprintf("aevalsrc='0.12*(sin(2*PI*220*t)+sin(2*PI*277.18*t)+sin(2*PI*329.63*t))"+
		"*(0.6+0.4*sin(2*PI*0.25*t))*min(1,t):c=stereo':s=48000:d=%d", seconds)
	mix := "[1:a]asplit[a][w];" +
		"[w]showwaves=s=1280x260:mode=cline:rate=30:colors=0xfff1dc@0.85:scale=sqrt:draw=full,format=rgba[wave];" +
		"[0:v]scale=1280:720:flags=bilinear,hue=H='0.35*sin(2*PI*t/40)'[bg];" +
		"[bg][wave]overlay=0:230:shortest=1,format=yuv420p[v]"
	file, err := filepath.Abs(outFile)
	if err != nil {
		return fmt.Errorf("making a sample: %w", err)
	}
	err = command{
		tool: ffmpeg,
		args: []string{
			"-nostdin", "-hide_banner", "-loglevel", "error", "-y",
			"-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound,
			"-filter_complex", mix, "-map", "[v]", "-map", "[a]",
			"-c:v", "libx264", "-preset", "superfast", "-crf", "23", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0",
			"-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-t", fmt.Sprint(seconds), "file:" + file,
		},
		limit: 10 * time.Minute,
	}.run(ctx)
	if err != nil {
		return fmt.Errorf("making a sample: %w", err)
	}
	return nil
}
