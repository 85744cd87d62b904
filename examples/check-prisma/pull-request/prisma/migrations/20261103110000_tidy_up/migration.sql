-- AlterTable
ALTER TABLE "Order" DROP COLUMN "coupon";
ALTER TABLE "Customer" RENAME COLUMN "name" TO "fullName";

-- DropTable
DROP TABLE "Cart";

-- RenameTable
ALTER TABLE "Product" RENAME TO "Article";

-- DropIndex
DROP INDEX "Order_createdAt_idx";

-- Same name, other columns.
DROP INDEX "Order_status_createdAt_idx";
CREATE INDEX "Order_status_createdAt_idx" ON "Order"("status", "customerId", "createdAt");
